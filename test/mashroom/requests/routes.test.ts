import test from 'ava';
import { readRequestsConfig } from '../../../src/mashroom/requests/config';
import { Routes } from '../../../src/mashroom/requests/routes';

const routesOf = (routes: object = {}): Routes => new Routes(readRequestsConfig({ routes }).config.routes);

test("by default routes are those of Mashroom's own collector", (t) => {
  const routes = routesOf();
  const expected: Record<string, string> = {
    '/': '/',
    '/portal/web?x=1': '/portal/web',
    '/customers/123456': '/customers/#val',
    '/customers/-5/orders/2024-01-31': '/customers/#val/orders/#val',
    '/files/0b5f2c9e-1d3a-4f6b-8c7d-9e0f1a2b3c4d': '/files/#val',
    '/commits/abcdef0': '/commits/#val',
    '/trailing/': '/trailing',
    '/portal/web/___/api/apps/my-app/any': '/portal/web/___/api/apps',
    '/portal/web/___/proxy/my-app/bff/customer/1': '/portal/web/___/proxy/my-app/bff',
    '/portal/web/___/theme/my-theme/assets/logo.png': '/portal/web/___/theme/my-theme',
    '/portal/web/___/apps/my-app/bundle.js': '/portal/web/___/apps/my-app',
    '/portal/web/___/page-enhancements/mine/index.js': '/portal/web/___/page-enhancements/mine',
  };
  for (const [url, route] of Object.entries(expected)) t.deepEqual(routes.of(url), { route }, url);
});

test("resources of plugins within each other are cut as by Mashroom's own collector", (t) => {
  const routes = routesOf();
  const expected: Record<string, string> = {
    '/web/___/api/k/___/api/m/n': '/web/___/api/k',
    '/web/___/api/y/___/apps/z/q': '/web/___/api/y',
    '/web/___/apps/z/___/api/k/m': '/web/___/apps/z',
    '/web/___/proxy/a/___/proxy/b/c': '/web/___/proxy/a',
    '/web/___/page-enhancements/e/___/theme/t/x.png': '/web/___/page-enhancements/e',
    '/web/___/theme/': '/web/___/theme',
  };
  for (const [url, route] of Object.entries(expected)) t.is(routes.of(url).route, route, url);
});

test('own rules for ids replace the default ones', (t) => {
  const routes = routesOf({ ids: ['^c[0-9]+$'] });
  t.is(routes.of('/customers/c12/orders/34').route, '/customers/#val/orders/34');
});

test('a path that matches a pattern has the first such pattern as its route', (t) => {
  const routes = routesOf({ patterns: ['/shop/*/reviews', '/shop/**', '/exact'] });
  t.deepEqual(routes.of('/shop/shoes/reviews?page=2'), { route: '/shop/*/reviews', folded: 'pattern' });
  t.deepEqual(routes.of('/shop/shoes/42'), { route: '/shop/**', folded: 'pattern' });
  t.deepEqual(routes.of('/exact'), { route: '/exact', folded: 'pattern' });
  t.deepEqual(routes.of('/exactly'), { route: '/exactly' });
});

test('200,000 routes are as many as allowed, and the rest as one', (t) => {
  const routes = routesOf({ max: 1000 });
  const seen = new Map<string, number>();
  for (let i = 0; i < 200_000; i++) {
    const { route } = routes.of(`/page-${i}`);
    seen.set(route, (seen.get(route) ?? 0) + 1);
  }
  t.is(seen.size, 1001);
  t.is(seen.get('other'), 199_000);
  t.deepEqual(routes.of('/page-5'), { route: '/page-5' });
});

test('a long path is no route of its own, however many ids it has', (t) => {
  const routes = routesOf({ max: 0, patterns: ['/files/*'] });
  t.deepEqual(routes.of(`/a${'/1'.repeat(1000)}`), { route: 'other', folded: 'length' });
  const long = `/${'x.'.repeat(499)}`;
  t.deepEqual(routes.of(long), { route: long });
  t.deepEqual(routes.of(`/files/${'x'.repeat(2000)}`), { route: '/files/*', folded: 'pattern' });
  const proxied = `/portal/web/___/proxy/app/bff/${'x'.repeat(2000)}`;
  t.deepEqual(routes.of(proxied), { route: '/portal/web/___/proxy/app/bff' });
});

test('where no rule for ids is valid, the default ones count', (t) => {
  for (const ids of ['^a$', 5, ['('], [1]]) t.is(routesOf({ ids }).of('/a/77').route, '/a/#val', JSON.stringify(ids));
  t.is(routesOf({ ids: [] }).of('/a/77').route, '/a/77');
});

test('0 is no bound', (t) => {
  const routes = routesOf({ max: 0 });
  const seen = new Set(Array.from({ length: 150_000 }, (_, i) => routes.of(`/page-${i}`).route));
  t.is(seen.size, 150_000);
});

test('what is wrong in the configuration is told, and the rest counts', (t) => {
  const { config, problems } = readRequestsConfig({ order: 'x', routes: { ids: ['(', '^a$'], patterns: 5, max: -1 } });
  t.deepEqual(config, { order: -10, routes: { ids: ['^a$'], patterns: [], max: 100_000 } });
  t.deepEqual(
    problems.map(({ path }) => path),
    ['order', 'routes.ids[0]', 'routes.patterns', 'routes.max'],
  );
});
