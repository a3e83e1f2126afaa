"""Chromium as a reader of our pages uses it, and as a witness: what it complains of or asks the network for fails."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["SE_OFFLINE"] = "true"  # the driver is the system's; selenium shall not look for another

from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService, Keys

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--host-resolver-rules=MAP * ~NOTFOUND")  # a page that asks for something is found out, and gets nothing
KEYS = {"ArrowLeft": Keys.ARROW_LEFT, "ArrowRight": Keys.ARROW_RIGHT, "Home": Keys.HOME, "End": Keys.END,
        "Enter": Keys.ENTER, "Tab": Keys.TAB, "Escape": Keys.ESCAPE, "Space": Keys.SPACE}
ASKS = ("Network.requestWillBeSent", "Network.webSocketCreated", "Network.webTransportCreated")


def missing() -> str:
    """Why there is no browser here, or nothing."""
    program, driver = _programs()
    lacks = [name for name, path in (("Chromium", program), ("chromedriver", driver)) if path is None]
    return f"{' and '.join(lacks)} not installed: make browser" if lacks else ""


def _programs() -> tuple[str | None, str | None]:
    return next(filter(None, map(shutil.which, PROGRAMS)), None), shutil.which("chromedriver")


class Complaints(AssertionError):
    """A page wrote an error or a warning, or asked for more than its own file."""


class Page:
    """A tab: it opens files, says what it looks like, and knows what went wrong in it."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver
        self.forget()

    def forget(self) -> None:
        """Begin again: an empty page, as large as a projector's, in light colours."""
        self.driver.get("about:blank")
        self.resize(1920, 1080)
        self.colours("light")
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self._opened: set[str] = set()

    def open(self, file: Path) -> Page:
        self._opened.add(file.resolve().as_uri())
        self.driver.get(file.resolve().as_uri())
        return self

    def resize(self, width: int, height: int) -> Page:
        """As a screen of this size shows it; a narrow one is a phone's, whose text is not shrunk to fit."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        return self

    def colours(self, scheme: str) -> Page:
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        return self

    def press(self, *keys: str) -> Page:
        """Press keys, by their names in a KeyboardEvent, where the focus is."""
        for key in keys:
            ActionChains(self.driver).send_keys(KEYS.get(key, key)).perform()
        return self

    def walk(self, keys: list[str], script: str) -> list[Any]:
        """Press keys, and see after each what JavaScript returns; much faster than one by one."""
        self.run("window.walked = []; window.look = () => { walked.push((() => {" + script + "})()); };"
                 "document.addEventListener('keydown', look);")
        chain = ActionChains(self.driver)
        for key in keys:
            chain.send_keys(KEYS.get(key, key))
        chain.perform()
        return self.run("document.removeEventListener('keydown', look); return walked")

    def click(self, selector: str) -> Page:
        """Click where a person would, which is an error where something else lies on top."""
        element = self.driver.find_element("css selector", selector)
        self.run("arguments[0].scrollIntoView({ block: 'nearest' })", element)
        element.click()
        return self

    def run(self, script: str, *arguments: Any) -> Any:
        """What JavaScript returns; a Promise is waited for."""
        return self.driver.execute_script(script, *arguments)

    def complaints(self) -> list[str]:
        """Errors and warnings in the console, and requests for anything but the opened files, since the last time."""
        found = [f"{entry['level']}: {entry['message']}" for entry in self.driver.get_log("browser")
                 if entry["level"] in ("WARNING", "SEVERE")]
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] in ASKS:
                address = event["params"].get("url") or event["params"]["request"]["url"]
                if address.partition("#")[0] not in self._opened and not address.startswith(("data:", "blob:")):
                    found.append(f"asked for {address}")
        return found

    def check(self) -> None:
        found = self.complaints()
        if found:
            raise Complaints("\n".join(found))


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """One Chromium, with a user whose folder is empty."""
    program, driver = _programs()
    options = ChromeOptions()
    options.binary_location = program or ""
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options=options, service=ChromeService(executable_path=driver))
    try:
        chrome.set_page_load_timeout(30)
        chrome.set_script_timeout(30)
        yield Page(chrome)
    finally:
        chrome.quit()
