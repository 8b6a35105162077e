import type { Conversation, PatternName } from '../model/profile.ts';

const conversation = (...turns: [message: string, ...expect: string[]][]): Conversation => ({
  turns: turns.map(([message, ...expect]) => ({ message, expect })),
});

/**
 * Conversations with a shop's agent. Queries and expected words come from the reliability testing plan
 * §7.1 (context retention) and §9.2 (soak queries); the long ones join them into whole visits.
 */
export const DEFAULT_CONVERSATIONS: Record<PatternName, Conversation[]> = {
  simple_query: [
    conversation(['Show me shirts', 'shirt']),
    conversation(['Find blue jeans', 'jeans']),
    conversation(['Show my cart', 'cart']),
    conversation(['What do you recommend?', 'recommend']),
    conversation(['Track my order', 'order']),
    conversation(['Show me red shirts under 1000 rupees', 'shirt']),
  ],
  multi_turn: [
    conversation(
      ['Show me blue dresses', 'dress'],
      ['What sizes are available?', 'size'],
      ['Add medium to cart', 'cart'],
    ),
    conversation(
      ['I want running shoes', 'shoe'],
      ['Show me Nike options', 'nike'],
      ["What's the price of the first one?", 'price'],
    ),
    conversation(
      ['Find blue jeans', 'jeans'],
      ['What sizes are available?', 'size'],
      ['Add to cart', 'cart'],
      ['Show my cart', 'cart'],
    ),
    conversation(
      ['What do you recommend?', 'recommend'],
      ["What's the price of the first one?", 'price'],
      ['Add to cart', 'cart'],
      ['Show my cart', 'cart'],
    ),
  ],
  complex_workflow: [
    conversation(
      ['Show me blue dresses', 'dress'],
      ['What sizes are available?', 'size'],
      ["What's the price of the first one?", 'price'],
      ['Add medium to cart', 'cart'],
      ['Show my cart', 'cart'],
      ['Checkout now', 'order'],
    ),
    conversation(
      ['I want running shoes', 'shoe'],
      ['Show me Nike options', 'nike'],
      ["What's the price of the first one?", 'price'],
      ['Add to cart', 'cart'],
      ['Show me shirts', 'shirt'],
      ['Add to cart', 'cart'],
      ['Show my cart', 'cart'],
      ['Checkout now', 'order'],
    ),
    conversation(
      ['What do you recommend?', 'recommend'],
      ['Find blue jeans', 'jeans'],
      ['What sizes are available?', 'size'],
      ['Add to cart', 'cart'],
      ['Remove it from my cart', 'cart'],
      ['Show my cart', 'cart'],
      ['Track my order', 'order'],
    ),
  ],
};
