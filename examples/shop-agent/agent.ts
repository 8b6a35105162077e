import { findProducts, PRODUCTS, type Product } from './catalogue.ts';
import type { Session } from './sessions/session-store.ts';

/**
 * The conversation, by rules instead of a language model: what a soak needs of an agent is that it
 * remembers the session and answers in words that can be checked.
 */
export function reply(session: Session, message: string): string {
  const asked = message.toLowerCase();
  session.turns++;
  const [, , answer] = intentOf(asked) ?? [];
  if (answer !== undefined) return answer(session, asked);
  return 'Sorry, I can help with products, your cart and your orders. What are you looking for?';
}

/** The tool that the agent calls for a message; null when it only talks. */
export const toolFor = (message: string): string | null => intentOf(message.toLowerCase())?.[1] ?? null;

type Intent = [pattern: RegExp, tool: string | null, answer: (session: Session, asked: string) => string];

const intentOf = (asked: string): Intent | undefined => INTENTS.find(([pattern]) => pattern.test(asked));

const INTENTS: readonly Intent[] = [
  [/\b(check ?out|pay|place (the|my) order)\b/, 'check_out', checkOut],
  [/\bremove\b/, 'remove_from_cart', removeFromCart],
  [/\b(add|put)\b/, 'add_to_cart', addToCart],
  [/\bcart\b/, 'show_cart', showCart],
  [
    /\bsizes?\b/,
    'product_details',
    (session) => `${nameOf(current(session))} is available in size S, medium, L and XL.`,
  ],
  [
    /\bprice|cost|how much\b/,
    'product_details',
    (session) => `The price of ${nameOf(current(session))} is ${current(session)?.price ?? 999} rupees.`,
  ],
  [
    /\b(order|track|deliver)/,
    'order_status',
    () => 'Your order is on its way: delivery within three days. Ask me any time to track it.',
  ],
  [/\breturn|refund\b/, null, () => 'You can return any order within 30 days for a full refund.'],
  [/\b(hello|hi|hey)\b/, null, () => 'Hello, I am the shop assistant. How can I help you?'],
  [/\bthank/, null, () => 'You are welcome. Happy to help!'],
  [/\brecommend|suggest|popular\b/, 'recommend', (session) => `I recommend ${show(session, PRODUCTS.slice(0, 3))}.`],
  [
    /\b(show|find|search|want|need|look|option|have|blue|red|black|white|shirt|dress|jeans|shoe|nike)/,
    'search_products',
    search,
  ],
];

/** Every tool that the agent has. */
export const TOOLS: readonly string[] = [...new Set(INTENTS.flatMap(([, tool]) => tool ?? []))];

function search(session: Session, asked: string): string {
  const found = findProducts(asked);
  if (found.length > 0) return `Here are some products: ${show(session, found.slice(0, 5))}.`;
  // "Show me Nike options" after shoes: nothing matches all words, so fall back on the single ones.
  const loose = PRODUCTS.filter((product) =>
    asked.split(/\W+/).some((word) => product.name.toLowerCase().includes(word)),
  );
  return loose.length > 0
    ? `Here are some products: ${show(session, loose.slice(0, 5))}.`
    : 'Sorry, no product matches. Shall I show you something else?';
}

function addToCart(session: Session, asked: string): string {
  const named = findProducts(asked);
  const product = named.length > 0 && named.length < PRODUCTS.length ? named[0] : current(session);
  if (product === undefined) return 'Sorry, I do not know that product. Search first, then add it to your cart.';
  const line = session.cart.find((entry) => entry.productId === product.id);
  if (line) line.quantity = Math.min(line.quantity + 1, 10);
  else if (session.cart.length < 20) session.cart.push({ productId: product.id, quantity: 1 });
  return `Added ${product.name} to your cart.`;
}

function removeFromCart(session: Session): string {
  const line = session.cart.pop();
  return line === undefined
    ? 'Your cart is empty already.'
    : `Removed ${nameOf(productOf(line.productId))} from your cart.`;
}

function showCart(session: Session): string {
  if (session.cart.length === 0) return 'Your cart is empty. Shall I help you find something?';
  const lines = session.cart.map((line) => `${line.quantity} × ${nameOf(productOf(line.productId))}`);
  return `Your cart: ${lines.join(', ')}. Total: ${cartTotal(session)} rupees.`;
}

function checkOut(session: Session): string {
  if (session.cart.length === 0) return 'Sorry, your cart is empty: there is nothing to check out yet.';
  const total = cartTotal(session);
  session.cart = [];
  return `Your order is placed. Total price: ${total} rupees. Thank you!`;
}

export const cartTotal = (session: Session): number =>
  session.cart.reduce((sum, line) => sum + line.quantity * (productOf(line.productId)?.price ?? 0), 0);

function show(session: Session, products: Product[]): string {
  session.shown = products.map((product) => product.id);
  return products.map((product, index) => `${index + 1}. ${product.name} at ${product.price} rupees`).join('; ');
}

const productOf = (id: string | undefined): Product | undefined => PRODUCTS.find((product) => product.id === id);
const current = (session: Session): Product | undefined => productOf(session.shown[0]);
const nameOf = (product: Product | undefined): string => product?.name ?? 'this product';
