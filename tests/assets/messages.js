/** Messages as the server packs them, by other means than those that read them. */

/** The header's length (4 bytes, little-endian), the header, then the bytes of the arrays. */
export function packed(header, ...arrays) {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const bodies = arrays.map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  return new Uint8Array(Buffer.concat([length, text, ...bodies]));
}
