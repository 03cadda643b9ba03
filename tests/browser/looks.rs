//! Light, dark, printed, and on a small screen: nothing is cut, nothing overlaps, everything has contrast.

use super::{PAGE, opened};
use serde_json::json;

/// Texts of charts that lie over one another, and those that lie outside their picture.
const OVERLAPS: &str = "const found = [];\
     for (const svg of document.querySelectorAll('svg.plot')) {\
       const whole = svg.getBoundingClientRect();\
       const texts = [...svg.querySelectorAll('text')].filter(t => t.checkVisibility() && t.textContent).map(t => [t.textContent, t.getBoundingClientRect()]);\
       for (const [name, b] of texts) if (b.left < whole.left - 1 || b.right > whole.right + 1 || b.top < whole.top - 3 || b.bottom > whole.bottom + 3) found.push('cut: ' + name);\
       texts.forEach(([name, a], i) => texts.slice(i + 1).forEach(([other, b]) => {\
         const x = Math.min(a.right, b.right) - Math.max(a.left, b.left), y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);\
         if (x > 1 && y > 4) found.push((svg.parentElement.id || 'lanes') + ': ' + name + ' over ' + other); })); }\
     return found;";

/// Elements that reach beyond the page or hide a part of their text.
const CUT: &str = "const width = document.documentElement.clientWidth, found = [];\
     if (document.documentElement.scrollWidth > width) found.push('the page scrolls sideways: ' + document.documentElement.scrollWidth + ' of ' + width);\
     for (const e of document.querySelectorAll('main *')) {\
       if (e.closest('.wide, svg, pre, details:not([open]), caption') || !e.checkVisibility()) continue;\
       const b = e.getBoundingClientRect();\
       if (b.right > width + 1 || b.left < -1) found.push(e.outerHTML.slice(0, 120)); }\
     return found;";

/// Texts whose contrast to what lies behind them is too low (WCAG 2.1, 1.4.3), and lines of charts below 3 (1.4.11).
const CONTRAST: &str = r#"
    const parse = c => { const n = c.match(/[\d.]+/g).map(Number); if (c.startsWith('color(')) { n.splice(0, 3, n[0] * 255, n[1] * 255, n[2] * 255); } return [n[0], n[1], n[2], n[3] === undefined ? 1 : n[3]]; };
    const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
    const behind = e => { let stack = []; for (let n = e; n && n.nodeType === 1; n = n.parentElement) stack.push(parse(getComputedStyle(n).backgroundColor));
        return stack.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
    const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
    const found = [];
    let checked = 0;
    for (const e of document.querySelectorAll('body *')) {
        if (!e.checkVisibility() || e.closest('details:not([open]) > :not(summary)')) continue;
        const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        const svg = e.ownerSVGElement;
        if (own && !['TITLE', 'DESC', 'SCRIPT', 'STYLE'].includes(e.tagName.toUpperCase())) {
            const style = getComputedStyle(e), size = parseFloat(style.fontSize);
            const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
            const color = parse(svg ? style.fill : style.color), ground = behind(svg ? svg.closest('figure, section, main > *') || svg : e);
            color[3] *= e.closest('[disabled]') ? 1 : 1;
            const is = contrast(over(color, ground), ground);
            checked += 1;
            if (is < least) found.push(is.toFixed(2) + ' ' + e.tagName + '.' + (e.getAttribute('class') || '') + ': ' + e.textContent.slice(0, 40));
        } else if (e.matches('g.line > path[class^=s]:not(.stack)')) {
            const ground = behind(svg.closest('figure'));
            const is = contrast(parse(getComputedStyle(e).stroke), ground);
            checked += 1;
            if (is < 3) found.push(is.toFixed(2) + ' line ' + e.getAttribute('class'));
        }
    }
    return [checked, found];
"#;

#[test]
fn it_looks_right_in_light_and_dark_in_print_and_on_a_small_screen() {
    let Some(browser) = opened() else { return };
    for (name, width, scheme, medium) in [
        ("light", 1280, "light", "screen"),
        ("dark", 1280, "dark", "screen"),
        ("print", 760, "light", "print"),
        ("print-from-dark", 760, "dark", "print"),
        ("small", 400, "light", "screen"),
        ("small-dark", 400, "dark", "screen"),
    ] {
        browser.look(width, scheme, medium);
        browser.open(&PAGE, "");
        browser.picture(name);
        assert_eq!(browser.run(CUT), json!([]), "{name}");
        assert_eq!(browser.run(OVERLAPS), json!([]), "{name}");
        let contrast = browser.run(CONTRAST);
        assert!(contrast[0].as_u64() > Some(200), "{name}: only {} were checked", contrast[0]);
        assert_eq!(contrast[1], json!([]), "{name}");
    }
}

#[test]
fn the_dark_is_dark_and_paper_is_white() {
    let Some(browser) = opened() else { return };
    let ground = || browser.run("return getComputedStyle(document.body).backgroundColor");
    browser.look(1280, "light", "screen");
    let light = ground();
    browser.look(1280, "dark", "screen");
    assert_ne!(ground(), light);
    browser.look(1280, "dark", "print");
    assert_eq!(ground(), json!("rgb(255, 255, 255)"));
    let hidden = browser.run("return [...document.querySelectorAll('nav, .tools')].every(e => getComputedStyle(e).display === 'none')");
    assert_eq!(hidden, json!(true));
}
