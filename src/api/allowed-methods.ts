import type { Route } from './route.ts';

/** What may be asked of a path, as a request writes it: the methods of all routes that it fits. */
export function allowedMethods(routes: readonly Route[]): (path: string) => Route['method'][] {
  const patterns = routes.map(({ method, path }) => ({
    method,
    fits: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return (path) => patterns.filter(({ fits }) => fits.test(path)).map(({ method }) => method);
}
