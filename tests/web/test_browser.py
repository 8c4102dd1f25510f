"""The pages in a real browser: readable without scripts, at every width, in light and dark."""

from __future__ import annotations

import pytest

from collector.model import PollOutcome

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def filled(site):
    """Articles with long and foreign titles, and a feed with a long reason."""
    titles = ("x" * 300, "북한, 러시아와 조약 체결", "كوريا الشمالية وروسيا توقعان معاهدة", "<b>not bold</b>")
    for number, title in enumerate(titles):
        site.watch.keep(number, "north-korea", "russia", title=title)
    site.watch.polled("beta", PollOutcome.FAILED, "y" * 300, failures=2, gap_count=1)


@pytest.mark.parametrize("path", ["/", "/feeds"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_sticks_out_at_any_width(page_of, path, width):
    """No page is wider than its window, without scripts."""
    page = page_of(path, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(page_of, scheme):
    """Every text has a contrast of at least 4.5 to 1 to its ground (WCAG 2.2, 1.4.3)."""
    page = page_of("/", color_scheme=scheme)
    faint = page.evaluate(CONTRAST)
    assert faint == []


def test_the_page_has_one_main_heading_and_named_landmarks(page_of):
    """A person who hears the page finds the way."""
    page = page_of("/", java_script_enabled=False)
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.get_by_role("navigation").count() == 1
    assert page.get_by_role("columnheader").all_inner_texts()[:2] == ["Feed", "State"]
    assert page.get_by_role("heading", name="<b>not bold</b>").is_visible()
    page.keyboard.press("Tab")
    assert page.get_by_role("link", name="Skip to the content").is_visible()


def test_feeds_can_be_reached_by_clicking(page_of):
    """From the front page to all feeds and to those that fail."""
    page = page_of("/")
    page.get_by_role("link", name="1 failing").click()
    assert page.get_by_role("row").count() == 2
    page.get_by_role("link", name="all 2").click()
    assert page.get_by_role("row").count() == 3


CONTRAST = """() => {
  const light = ([r, g, b]) => {
    const part = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const numbers = color => color.match(/[\\d.]+/g).map(Number);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const color = numbers(getComputedStyle(node).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own) continue;
    const [a, b] = [light(numbers(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push([node.className, node.textContent.trim().slice(0, 30), ratio]);
  }
  return faint;
}"""
