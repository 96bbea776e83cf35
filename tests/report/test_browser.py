"""The page in a real browser, opened from disk without a network."""

import os
import re
import shutil

import pytest
from playwright.sync_api import sync_playwright

from core.report.page import write_report
from core.report.run import read_run

BROWSER = next(filter(None, map(shutil.which, ('chromium', 'google-chrome', 'chromium-browser'))), None)
BROKEN_PICTURES = '[...document.images].filter(image => !image.complete || !image.naturalWidth).length'
RUNNING = "document.getAnimations().filter(animation => animation.playState === 'running').length"


@pytest.fixture
def browser():
    """Headless Chromium; a machine without one skips the test, unless it is the one that decides."""
    if BROWSER is None:
        if os.environ.get('CI') == 'true':
            pytest.fail('no chromium or google-chrome is installed')
        pytest.skip('no chromium or google-chrome is installed')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=['--no-sandbox'])
        yield browser
        browser.close()


def open_page(browser, file, width, **options):
    """Return the opened page, and a list that fills with what goes wrong in it and what it asks the network for."""
    context = browser.new_context(viewport={'width': width, 'height': 900}, offline=True, **options)
    page, problems = context.new_page(), []
    page.on('console', lambda message: problems.append(message.text) if message.type == 'error' else None)
    page.on('pageerror', lambda error: problems.append(str(error)))
    page.on('request', lambda request: None if request.url.startswith(('file:', 'data:')) else
            problems.append(request.url))
    page.goto(file.as_uri())
    return page, problems


def test_the_report_works_on_phone_and_desktop_and_moves_unless_the_reader_minds(tested_run, browser):
    file = write_report(read_run(tested_run), tested_run / 'report.html', num_clips=1)
    for width in (390, 1440):
        page, problems = open_page(browser, file, width)
        assert page.locator('img').count() >= 2 * (1 + 1 + 2 * 17) and page.evaluate(BROKEN_PICTURES) == 0
        assert page.evaluate('document.documentElement.scrollWidth <= innerWidth')
        page.locator('#confusion').hover()
        read = page.locator('#tip').inner_text()
        assert re.fullmatch(r'true [\w /]+\npredicted [\w /]+: \d clips? \(\d+\.\d %\)', read), read
        page.locator('.band').last.hover()
        assert page.locator('#tip').inner_text().startswith('epoch 1\n')
        page.select_option('#joint', label='left ankle')
        assert page.locator('.pair:visible').count() == 2
        assert page.locator('.pair:visible img').first.get_attribute('alt') == 'x position of left ankle over time'
        assert problems == []
    for preference, moving in (('no-preference', True), ('reduce', False)):
        page, _ = open_page(browser, file, 800, reduced_motion=preference)
        assert (page.evaluate(RUNNING) == 2) == moving
        page.click('#play')
        assert (page.evaluate(RUNNING) == 0) == moving
