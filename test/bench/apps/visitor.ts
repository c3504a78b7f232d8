/** What an application keeps for a visitor: 1 kB as JSON. */
export interface Visitor {
  visits: number;
  user: { id: string; name: string; roles: string[] };
  cart: { article: string; amount: number; price: number }[];
}

const ARTICLES = 15;

export function newVisitor(): Visitor {
  return {
    visits: 1,
    user: { id: '7a4bd1c0-3b5e-4e7d-9a55-0f6d5d0c3b11', name: 'Ada Lovelace', roles: ['customer', 'editor'] },
    cart: Array.from({ length: ARTICLES }, (_, index) => ({
      article: `article number ${index + 10}`,
      amount: index + 1,
      price: 19.99,
    })),
  };
}
