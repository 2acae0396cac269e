/** The page in the browser. */
import { render } from 'preact';
import { theme } from './draw/theme';
import { Live, LiveProvider } from './live/live';
import { App } from './views/app';
import { Navigation, NavigationProvider } from './live/navigation';

theme.start();
const live = new Live();
const navigation = new Navigation(live.charts);
live.connect();
render(
  <LiveProvider value={live}>
    <NavigationProvider value={navigation}>
      <App />
    </NavigationProvider>
  </LiveProvider>,
  document.getElementById('app')!,
);
