/** Colours of canvases, from the style sheet: one place says what is light and what is dark. */

/**
 * @param {string} name
 * @param {number} [alpha]
 */
export function colour(name, alpha = 1) {
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  if (alpha === 1 || !/^#[0-9a-f]{6}$/i.test(value)) return value;
  return `${value}${Math.round(255 * alpha)
    .toString(16)
    .padStart(2, '0')}`;
}
