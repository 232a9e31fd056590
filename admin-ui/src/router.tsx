// SPDX-License-Identifier: Apache-2.0
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Crash, NotFound } from './pages/Lost';
import { decisionSearch, listSearch, simulatorSearch } from './search';
import { Shell } from './shell/Shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Crash });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/people', replace: true });
  },
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./pages/people/PeoplePage'), 'PeoplePage'),
});

const person = createRoute({
  getParentRoute: () => root,
  path: '/people/$id',
  component: lazyRouteComponent(() => import('./pages/people/PersonPage'), 'PersonPage'),
});

const channels = createRoute({
  getParentRoute: () => root,
  path: '/channels',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./pages/channels/ChannelsPage'), 'ChannelsPage'),
});

const channel = createRoute({
  getParentRoute: () => root,
  path: '/channels/$id',
  component: lazyRouteComponent(() => import('./pages/channels/ChannelPage'), 'ChannelPage'),
});

const devices = createRoute({
  getParentRoute: () => root,
  path: '/devices',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./pages/devices/DevicesPage'), 'DevicesPage'),
});

const revocation = createRoute({
  getParentRoute: () => root,
  path: '/revocation-lists',
  component: lazyRouteComponent(() => import('./pages/revocation/RevocationPage'), 'RevocationPage'),
});

const sources = createRoute({
  getParentRoute: () => root,
  path: '/sources',
  component: lazyRouteComponent(() => import('./pages/sources/SourcesPage'), 'SourcesPage'),
});

const source = createRoute({
  getParentRoute: () => root,
  path: '/sources/$id',
  component: lazyRouteComponent(() => import('./pages/sources/SourcePage'), 'SourcePage'),
});

const applications = createRoute({
  getParentRoute: () => root,
  path: '/applications',
  component: lazyRouteComponent(() => import('./pages/applications/ApplicationsPage'), 'ApplicationsPage'),
});

const application = createRoute({
  getParentRoute: () => root,
  path: '/applications/$id',
  component: lazyRouteComponent(() => import('./pages/applications/ApplicationPage'), 'ApplicationPage'),
});

const decisions = createRoute({
  getParentRoute: () => root,
  path: '/decisions',
  validateSearch: decisionSearch,
  component: lazyRouteComponent(() => import('./pages/decisions/DecisionsPage'), 'DecisionsPage'),
});

const why = createRoute({
  getParentRoute: () => root,
  path: '/decisions/$id',
  component: lazyRouteComponent(() => import('./pages/decisions/WhyPage'), 'WhyPage'),
});

const simulator = createRoute({
  getParentRoute: () => root,
  path: '/simulator',
  validateSearch: simulatorSearch,
  component: lazyRouteComponent(() => import('./pages/simulator/SimulatorPage'), 'SimulatorPage'),
});

const proposals = createRoute({
  getParentRoute: () => root,
  path: '/proposals',
  component: lazyRouteComponent(() => import('./pages/proposals/ProposalsPage'), 'ProposalsPage'),
});

const proposal = createRoute({
  getParentRoute: () => root,
  path: '/proposals/$id',
  component: lazyRouteComponent(() => import('./pages/proposals/ProposalPage'), 'ProposalPage'),
});

const breakGlass = createRoute({
  getParentRoute: () => root,
  path: '/break-glass',
  component: lazyRouteComponent(() => import('./pages/breakglass/BreakGlassPage'), 'BreakGlassPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    people,
    person,
    channels,
    channel,
    devices,
    revocation,
    sources,
    source,
    applications,
    application,
    proposals,
    proposal,
    breakGlass,
    decisions,
    why,
    simulator,
  ]),
  basepath: '/admin',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
