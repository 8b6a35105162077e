/** Questions that must be answered before the page goes on. */
import { h } from './dom.js';

/**
 * Opens a dialog and waits for its answer; null when it was left.
 * @template {Record<string, string>} Answer
 * @param {{
 *   title: string,
 *   text?: string,
 *   fields?: { name: string, label: string, type?: string, value?: string, hint?: string, required?: boolean, attributes?: Record<string, unknown> }[],
 *   confirm: string,
 *   danger?: boolean,
 *   note?: string,
 * }} question
 * @returns {Promise<Record<string, string> | null>}
 */
export function ask({ title, text, fields = [], confirm, danger = false, note }) {
  const { promise, resolve } = Promise.withResolvers();
  const inputs = fields.map(({ name, label, type = 'text', value = '', hint, required = true, attributes = {} }) => {
    const input =
      type === 'textarea'
        ? h('textarea', { name, required, rows: 3, ...attributes })
        : h('input', { name, type, required, autocomplete: 'off', spellcheck: 'false', ...attributes });
    input.value = value;
    return {
      name,
      input,
      row: h('label', null, h('span', null, label), input, hint === undefined ? null : h('small', null, hint)),
    };
  });
  const form = h(
    'form',
    {
      method: 'dialog',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        close(Object.fromEntries(inputs.map(({ name, input }) => [name, input.value])));
      },
    },
    h('h2', null, title),
    text === undefined ? null : h('p', null, text),
    inputs.map(({ row }) => row),
    note === undefined ? null : h('p', { class: 'note' }, note),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', onclick: () => close(null) }, 'Cancel'),
      h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, confirm),
    ),
  );
  const dialog = h('dialog', { 'aria-label': title, oncancel: () => close(null) }, form);
  const opener = document.activeElement;
  /** @param {Record<string, string> | null} answer */
  function close(answer) {
    dialog.close();
    dialog.remove();
    if (opener instanceof HTMLElement) opener.focus();
    resolve(answer);
  }
  document.body.append(dialog);
  dialog.showModal();
  (inputs[0]?.input ?? form.querySelector('button'))?.focus();
  return promise;
}

/**
 * Shows something until it is closed.
 * @param {string} title
 * @param {HTMLElement} content
 */
export function tell(title, content) {
  const done = () => {
    dialog.close();
    dialog.remove();
  };
  const dialog = h(
    'dialog',
    { 'aria-label': title, oncancel: done },
    h('h2', null, title),
    content,
    h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'primary', onclick: done }, 'Close')),
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** Is something asked just now? Keys are its then. */
export const isAsking = () => document.querySelector('dialog[open]') !== null;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving;

/**
 * A line at the foot of the page for a while.
 * @param {string} text
 * @param {'good' | 'bad'} tone
 */
export function toast(text, tone) {
  const line = document.getElementById('toast');
  if (line === null) return;
  line.dataset.tone = tone;
  line.textContent = text;
  line.hidden = false;
  clearTimeout(leaving);
  leaving = setTimeout(
    () => {
      line.hidden = true;
    },
    tone === 'bad' ? 12_000 : 5_000,
  );
}
