/** What a conversation remembers. */
export interface Session {
  id: string;
  cart: { productId: string; quantity: number }[];
  /** Ids of the products shown last, so that "the first one" means something. */
  shown: string[];
  turns: number;
}

/** Where sessions live. Rejects when the place cannot be reached. */
export interface SessionStore {
  readonly name: string;
  load(id: string): Promise<Session | null>;
  save(session: Session): Promise<void>;
  close(): Promise<void>;
}

/** Sessions are forgotten this long after their last turn. */
export const SESSION_TTL_SECONDS = 30 * 60;
