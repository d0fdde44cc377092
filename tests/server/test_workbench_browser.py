"""The page in a browser: by keyboard alone, at 320 pixels, on paper, without a script, and when nobody is there.

It needs Chromium, which .ci/run installs; elsewhere these tests are skipped where it is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import uvicorn
from asking import Service

from fasciculation_rules import Case, assess, open_ruleset
from fasciculation_rules.server.workbench.catalogue import english

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium")
WORDS = english()
RULES = open_ruleset("1.1.0")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}

if os.environ.get("CI") == "true":
    assert CHROMIUM, "chromium is missing; .ci/run installs it"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """The service on a port of this machine; its clock is the test's."""
    own = Service()
    own.standing.warm_all()
    server = uvicorn.Server(uvicorn.Config(own.app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    own.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/workbench"
    yield own
    server.should_exit = True
    thread.join(10)
    own.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
    with sync_playwright() as player:
        running = player.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield running
        running.close()


class Sheet:
    """One open page, and what went wrong in it: errors of its script, and requests to anywhere else."""

    def __init__(self, browser: Browser, address: str, **context: object) -> None:
        self.context: BrowserContext = browser.new_context(**{"viewport": WIDE, **context})
        self.wrong: list[str] = []
        self.context.route("**/*", self._only_here)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(address)

    def _only_here(self, route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self.wrong.append(route.request.url)
            route.abort()

    def settled(self) -> None:
        """Waits for the answer to what was just entered."""
        self.page.wait_for_selector("#result:not([aria-busy])")

    def answer(self, **said: str) -> None:
        """Answers questions, one after the other, and waits for each answer."""
        for item, value in said.items():
            with self.page.expect_response("**/workbench"):
                self.page.check(f"#{item}-{value}")
            self.settled()

    def number(self, item: str, value: str) -> None:
        """Types a number and confirms it."""
        with self.page.expect_response("**/workbench"):
            self.page.fill(f"#{item}", value)
            self.page.dispatch_event(f"#{item}", "change")
        self.settled()
        with self.page.expect_response("**/workbench"):
            self.page.check(f"#{item}-sure")
        self.settled()

    def deny(self, items: tuple[str, ...]) -> None:
        """Answers no to all of these at once."""
        with self.page.expect_response("**/workbench"):
            self.page.evaluate(
                """items => {
                    for (const item of items) document.getElementById(`${item}-absent`).checked = true;
                    document.getElementById("form").dispatchEvent(new Event("change"));
                }""",
                list(items),
            )
        self.settled()

    def text(self, place: str) -> str:
        return " ".join(self.page.inner_text(place).split())


@pytest.fixture
def sheet(browser: Browser, service: Service) -> Iterator[Sheet]:
    own = Sheet(browser, service.address)
    yield own
    own.context.close()
    assert own.wrong == []


def half(sheet: Sheet) -> None:
    sheet.answer(fasciculation="present", sudden_deficit="absent", motor_function_loss="present")


def emergency(sheet: Sheet) -> None:
    sheet.page.click("#open-results summary")
    sheet.number("potassium", "2,1")
    sheet.answer(motor_function_loss="present")


def finished(sheet: Sheet) -> None:
    sheet.number("age", "42")
    sheet.answer(sex="female", fasciculation="present")
    sheet.deny(RULES.vocabulary.screen)


def pages(sheet: Sheet) -> int:
    """How many sheets of paper the page takes."""
    return len(re.findall(rb"/Type\s*/Page[^s]", sheet.page.pdf(prefer_css_page_size=True)))


STATES = {"empty": lambda _: None, "half": half, "emergency": emergency, "finished": finished}


@pytest.mark.parametrize("state", STATES)
def test_the_page_is_accessible_and_fits_a_telephone_and_one_sheet_of_paper(state: str, sheet: Sheet):
    from axe_playwright_python.sync_playwright import Axe

    STATES[state](sheet)
    page = sheet.page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]
    assert pages(sheet) == 1
    page.emulate_media(media="print")
    assert page.is_visible("#sheet .nobody")
    assert WORDS.say("banner") in sheet.text("#sheet .nobody")
    assert not page.is_visible("#form")


def test_the_longest_of_the_accepted_cases_fit_one_sheet_of_paper(sheet: Sheet):
    def entered(name: str) -> list[tuple[str, str]]:
        fields = []
        for item, told in RULES.cases[name].given.items():
            if item in RULES.vocabulary.findings and isinstance(told.value, str):
                fields.append((item, told.value))
        return fields

    longest = sorted(RULES.cases, key=lambda name: -len(entered(name)))[:3]
    for name in longest:
        with sheet.page.expect_navigation():
            sheet.page.evaluate(
                """fields => {
                    const form = document.getElementById("form");
                    form.replaceChildren(...fields.map(([name, value]) =>
                        Object.assign(document.createElement("input"), {name, value})));
                    form.submit();
                }""",
                entered(name),
            )
        assert pages(sheet) == 1
        assert RULES.vocabulary.label(entered(name)[0][0]) in sheet.page.text_content("#sheet")


def test_what_the_browser_shows_is_what_assess_says(sheet: Sheet):
    emergency(sheet)
    said = assess(Case.of(potassium="2.1 mmol/L", motor_function_loss="present"), RULES)
    shown = sheet.text("#result")
    assert said.disposition.rung == "emergency"
    assert sheet.text("#result .headline") == "Emergency"
    for sentence in said.explanation:
        if sentence.kind == "escalation":
            assert sentence.sentence in shown
    for item in said.plan.tests:
        assert item.label[1:] in shown
    assert "not reviewed by a clinician" in sheet.text(".about").lower()


def test_the_whole_screen_is_answered_by_keyboard_alone_and_the_focus_stays(sheet: Sheet):
    page, keys = sheet.page, sheet.page.keyboard
    keys.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == WORDS.say("skip-questions")
    keys.press("Enter")
    keys.press("Tab")
    assert _focus(page) == "age"
    with page.expect_response("**/workbench"):
        keys.type("42")
        keys.press("Tab")
    sheet.settled()
    assert _focus(page) == "age-unit"
    keys.press("Tab")
    assert _focus(page) == "age-sure"
    with page.expect_response("**/workbench"):
        keys.press("Space")
    sheet.settled()
    assert _focus(page) == "age-sure"
    for number, item in enumerate(RULES.vocabulary.screen):
        while not _focus(page).startswith(f"{item}-"):
            keys.press("Tab")
        value = "present" if number == 4 else "absent"
        keys.press("ArrowUp")
        while _focus(page) != f"{item}-{value}":
            keys.press("ArrowUp")
        page.wait_for_timeout(90)
        sheet.settled()
        assert _focus(page) == f"{item}-{value}"
        assert page.is_checked(f"#{item}-{value}")
    page.wait_for_function("document.querySelector('.progress').textContent.startsWith('20')")
    case = dict.fromkeys(RULES.vocabulary.screen, "absent") | {"motor_function_loss": "present", "age": "42 years"}
    label = assess(Case.of(**case), RULES, reconcile=True).disposition.label
    assert sheet.text("#result .headline").lower() == label
    assert page.get_attribute("#status", "role") == "status"
    assert sheet.text("#status").lower().startswith(label)


def _focus(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def test_the_next_question_is_one_step_away(sheet: Sheet):
    half(sheet)
    sheet.page.click("ol.next a >> nth=0")
    assert _focus(sheet.page) == "weakness_duration"


def test_a_number_is_heard_before_it_counts_and_a_slip_stays_in_its_field(sheet: Sheet):
    page = sheet.page
    with page.expect_response("**/workbench"):
        page.fill("#age", "4.200")
        page.press("#age", "Enter")
    sheet.settled()
    assert page.input_value("#age") == "4.200"
    assert page.get_attribute("#age", "aria-describedby") == "age-fault"
    assert "thousands" in sheet.text("#age-fault")
    with page.expect_response("**/workbench"):
        page.fill("#age", "42")
        page.press("#age", "Enter")
    sheet.settled()
    assert sheet.text("#age-echo").startswith("Read as: forty-two years.")
    assert WORDS.say("not-yet") in sheet.text("#age-echo")
    assert page.query_selector("#age-fault") is None


def test_without_a_script_the_same_page_comes_back_whole(browser: Browser, service: Service):
    own = Sheet(browser, service.address, java_script_enabled=False, viewport=NARROW)
    page = own.page
    page.check("#motor_function_loss-present")
    page.fill("#age", "much")
    page.click("button[type=submit]")
    assert own.text("#result .headline") == "A specialist within two weeks"
    assert page.is_checked("#motor_function_loss-present")
    assert page.input_value("#age") == "much"
    assert page.is_visible("#age-fault")
    assert page.is_visible("#q-weakness_duration")
    assert page.url.endswith("/workbench#next")
    assert page.get_attribute("meta[http-equiv=refresh]", "content") == "900; url=workbench"
    own.context.close()
    assert own.wrong == []


def test_the_banner_stays_and_nothing_is_kept_in_the_browser(sheet: Sheet):
    half(sheet)
    page = sheet.page
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(50)
        place = page.locator(".banner .nobody").bounding_box()
        assert place is not None
        assert 0 <= place["y"] < 60
    assert WORDS.say("banner") in sheet.text(".banner")
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert sheet.context.cookies() == []
    assert page.title() == WORDS.say("title")


def test_a_page_that_nobody_uses_for_fifteen_minutes_clears_itself(browser: Browser, service: Service):
    own = Sheet(browser, "about:blank")
    page = own.page
    page.clock.install()
    page.goto(service.address)
    page.check("#motor_function_loss-present")
    page.clock.run_for("00:02")
    own.settled()
    page.clock.run_for("14:10")
    assert own.text("#status") == WORDS.say("clears-soon")
    page.keyboard.press("Shift")
    page.clock.run_for("14:30")
    assert page.is_checked("#motor_function_loss-present")
    with page.expect_navigation():
        page.clock.run_for("01:00")
    assert not page.is_checked("#motor_function_loss-present")
    assert own.text("#status") == WORDS.say("status-first")
    own.context.close()
    assert own.wrong == []


def test_where_the_service_fails_no_old_answer_is_left_standing(sheet: Sheet):
    half(sheet)
    sheet.page.route("**/workbench", lambda route: route.fulfill(status=503, body="no"))
    with sheet.page.expect_response("**/workbench"):
        sheet.page.check("#breathing_problem-present")
    sheet.page.wait_for_selector("#result > .fault")
    assert sheet.text("#result") == WORDS.say("failed")
    assert sheet.text("#status") == WORDS.say("failed")
    assert sheet.text("#sheet") == "" or not sheet.page.is_visible("#sheet")
    assert "specialist" not in sheet.page.text_content("#sheet")
    assert sheet.page.is_checked("#breathing_problem-present")
    sheet.wrong.clear()  # the browser itself tells its console of the 503


def test_where_no_answer_comes_no_old_answer_is_left_standing(browser: Browser, service: Service):
    own = Sheet(browser, "about:blank")
    page = own.page
    page.clock.install()
    page.goto(service.address)
    page.route("**/workbench", lambda _: None)
    with page.expect_request("**/workbench"):
        page.check("#breathing_problem-present")
        page.clock.run_for("00:01")
    page.clock.run_for("00:15")
    page.wait_for_selector("#result > .fault", timeout=3000)
    assert own.text("#status") == WORDS.say("failed")
    assert page.is_checked("#breathing_problem-present")
    page.unroute("**/workbench")
    page.check("#breathing_problem-absent")
    page.clock.run_for("00:01")
    page.wait_for_selector("#result > .rung")
    own.context.close()
    assert own.wrong == []


def test_the_text_for_a_note_says_what_was_answered_and_who_says_so(sheet: Sheet):
    half(sheet)
    sheet.page.click("#note summary")
    note = sheet.page.input_value("#note-text")
    assert "Present: muscle twitching; loss of something the person could do before." in note
    assert "Absent: a sudden neurological symptom." in note
    assert "Not reviewed by a clinician" in note
    assert WORDS.say("not-reassuring") in note
    sheet.page.click("#note-copy")
