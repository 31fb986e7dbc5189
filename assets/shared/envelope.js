/**
 * The header and the bytes after it of what `dashboard/web/envelope.py` packed.
 *
 * @param {Bytes} bytes
 * @returns {{ header: any, body: Bytes }}
 */
export function unpacked(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, body: bytes.subarray(4 + length) };
}
