"""Whether anybody can read and use a page, as Chromium measures it: contrast, width, names of controls, focus."""

from __future__ import annotations

from typing import Any

# Of every visible piece of text its ratio of contrast, by WCAG 2.2; in SVG, against the box that it stands in.
CONTRAST = """
const parts = colour => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => { [r, g, b] = [r, g, b].map(part => { part /= 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ratio = (one, other) => { const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05); };
const over = (top, under) => { const part = top[3] ?? 1;
  return [0, 1, 2].map(i => top[i] * part + under[i] * (1 - part)); };
const behind = element => {
  const box = element.namespaceURI.endsWith('svg') && element.parentNode.querySelector?.(':scope > rect.box');
  if (box) return over(parts(getComputedStyle(box).fill), [255, 255, 255]);
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const colour = parts(getComputedStyle(at).backgroundColor);
    layers.push(colour);
    if ((colour[3] ?? 1) === 1) break;
  }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches &&
    getComputedStyle(document.documentElement).colorScheme.includes('dark');
  return layers.reverse().reduce((under, top) => over(top, under), dark ? [18, 18, 18] : [255, 255, 255]);
};
const found = [], walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const text = walk.currentNode.textContent.trim(), element = walk.currentNode.parentElement;
  if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
  if (['SCRIPT', 'STYLE', 'TITLE', 'title', 'style', 'desc'].includes(element.tagName)) continue;
  if (element.closest(':disabled, [aria-disabled=true]')) continue;
  const style = getComputedStyle(element), ground = behind(element);
  const ink = parts(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
  let solid = ink[3] ?? 1;
  for (let at = element; at; at = at.parentElement) solid *= getComputedStyle(at).opacity;
  ink[3] = solid;
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  found.push([text, ratio(over(ink, ground), ground), large ? 3 : 4.5]);
}
return found;
"""
# What sticks out of the page to the right, and stretches it.
WIDE = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
const scrolls = element => element !== document.body && getComputedStyle(element).overflowX !== 'visible';
const inside = element => {
  for (let at = element.parentElement; at; at = at.parentElement) if (scrolls(at)) return true;
  return false;
};
return [...document.body.querySelectorAll('*')].filter(element => !inside(element) &&
  element.getBoundingClientRect().right > width + 0.5).map(element => element.outerHTML.slice(0, 200));
"""
# A ring, or whatever else is drawn for the element that the keyboard is at, and was not there before.
_FRAME = """
const style = getComputedStyle(arguments[0]);
return ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderColor', 'backgroundColor']
  .map(name => style[name]);
"""
# Whether something lies on top of it.
_COVERED = """
const { left, top, width, height } = arguments[0].getBoundingClientRect();
const found = document.elementFromPoint(left + width / 2, top + height / 2);
return !arguments[0].contains(found);
"""
CONTROLS = {"button", "slider", "checkbox", "radio", "textbox", "combobox", "spinbutton", "link", "switch", "tab",
            "searchbox", "menuitem", "DisclosureTriangle"}


def pale(page: Any) -> list[str]:
    """Texts that are too close to their background; there has to be text."""
    return too_pale(page.run(CONTRAST))


def too_pale(texts: list[Any]) -> list[str]:
    assert texts, "no text"
    return [f"{text!r}: {ratio:.2f} < {least}" for text, ratio, least in texts if ratio < least]


def too_wide(page: Any) -> list[str]:
    """What makes the page scroll sideways."""
    return page.run(WIDE)


def controls(page: Any) -> list[tuple[str, str]]:
    """Role and name of every control, as a screen reader is told them."""
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "").strip()) for node in nodes
            if not node.get("ignored") and node["role"]["value"] in CONTROLS]


def tabbed(page: Any, most: int = 100) -> list[tuple[Any, bool]]:
    """What the tab key comes to, in order, and whether one sees that it is there: with a frame, and not covered."""
    found: list[tuple[Any, bool]] = []
    page.run("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(most):
        page.press("Tab")
        here = page.run("return document.activeElement")
        if here.tag_name in ("body", "html") or any(here == before for before, _ in found):
            break
        focused, covered = page.run(_FRAME, here), page.run(_COVERED, here)
        page.run("arguments[0].blur()", here)
        without = page.run(_FRAME, here)
        page.run("arguments[0].focus({ focusVisible: true })", here)
        framed = focused != without and (focused[0] != "none" or focused[3:] != without[3:])
        found.append((here, framed and not covered))
    return found
