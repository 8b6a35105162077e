/** What the example shop sells. Prices in whole rupees. */
export interface Product {
  id: string;
  name: string;
  category: string;
  colour: string;
  price: number;
}

const CATEGORIES: [category: string, basePrice: number][] = [
  ['shirt', 799],
  ['dress', 1499],
  ['jeans', 1299],
  ['shoe', 2499],
];
const COLOURS = ['red', 'blue', 'black', 'white'];
const BRANDS = ['Nike', 'Levi', 'Aurora', 'Fable'];

export const PRODUCTS: readonly Product[] = CATEGORIES.flatMap(([category, basePrice], row) =>
  COLOURS.map((colour, column) => ({
    id: `${category}-${column + 1}`,
    name: `${BRANDS[(row + column) % BRANDS.length]} ${colour} ${category}`,
    category,
    colour,
    price: basePrice + 100 * column,
  })),
);

/** Products whose name has every word of the query that names a category, colour or brand; all when it names none. */
export function findProducts(query: string): Product[] {
  const asked = query.toLowerCase();
  const known = [...CATEGORIES.map(([name]) => name), ...COLOURS, ...BRANDS.map((brand) => brand.toLowerCase())];
  const words = known.filter((word) => asked.includes(word));
  return PRODUCTS.filter((product) => words.every((word) => product.name.toLowerCase().includes(word)));
}
