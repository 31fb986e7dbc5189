"""The turnstile between pages and the trainer."""

import threading
import time

from dashboard.web.turnstile import Turnstile


def test_a_page_gets_its_turn_while_the_trainer_hurries() -> None:
    turnstile, asked = Turnstile(), threading.Event()
    order: list[str] = []

    def train() -> None:
        for _ in range(3):
            with turnstile.for_trainer():
                order.append("slice")
                asked.wait(120)

    def ask() -> None:
        with turnstile.for_page():
            order.append("page")

    trainer, page = threading.Thread(target=train), threading.Thread(target=ask)
    trainer.start()
    while not order:
        time.sleep(0.001)
    page.start()
    while not turnstile._asking:
        time.sleep(0.001)
    asked.set()
    trainer.join()
    page.join()
    assert order == ["slice", "page", "slice", "slice"], "only the slice under way goes first"
