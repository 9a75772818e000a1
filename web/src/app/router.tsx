import { lazy, Suspense } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { PageSkeleton } from '../shared/components/PageSkeleton';
import { Guard } from './Guard';
import { NotFound } from './NotFound';

const Shell = lazy(async () => ({ default: (await import('./shell/Shell')).Shell }));
const SignInPage = lazy(async () => ({
  default: (await import('../features/session/SignInPage')).SignInPage,
}));
const SetupPage = lazy(async () => ({
  default: (await import('../features/session/SetupPage')).SetupPage,
}));
const OverviewPage = lazy(async () => ({
  default: (await import('../features/overview/OverviewPage')).OverviewPage,
}));
const ConversationsPage = lazy(async () => ({
  default: (await import('../features/conversations/ConversationsPage')).ConversationsPage,
}));
const ConversationPage = lazy(async () => ({
  default: (await import('../features/conversations/ConversationPage')).ConversationPage,
}));
const PrivacyPage = lazy(async () => ({
  default: (await import('../features/privacy/PrivacyPage')).PrivacyPage,
}));
const TrafficPage = lazy(async () => ({
  default: (await import('../features/privacy/traffic/TrafficPage')).TrafficPage,
}));
const LeaksPage = lazy(async () => ({
  default: (await import('../features/privacy/leaks/LeaksPage')).LeaksPage,
}));
const PoliciesPage = lazy(async () => ({
  default: (await import('../features/privacy/policies/PoliciesPage')).PoliciesPage,
}));
const VaultPage = lazy(async () => ({
  default: (await import('../features/privacy/vault/VaultPage')).VaultPage,
}));
const RequestsPage = lazy(async () => ({
  default: (await import('../features/privacy/requests/RequestsPage')).RequestsPage,
}));
const RetentionPage = lazy(async () => ({
  default: (await import('../features/privacy/retention/RetentionPage')).RetentionPage,
}));
const TablesPage = lazy(async () => ({
  default: (await import('../features/privacy/tables/TablesPage')).TablesPage,
}));
const KeysPage = lazy(async () => ({
  default: (await import('../features/keys/KeysPage')).KeysPage,
}));
const EventsPage = lazy(async () => ({
  default: (await import('../features/events/EventsPage')).EventsPage,
}));

export function AppRoutes() {
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Routes>
        <Route path="/sign-in" element={<SignInPage />} />
        <Route path="/setup" element={<SetupPage />} />
        <Route element={<Guard />}>
          <Route element={<Shell />}>
            <Route index element={<OverviewPage />} />
            <Route path="conversations" element={<ConversationsPage />} />
            <Route path="conversations/:id" element={<ConversationPage />} />
            <Route path="privacy" element={<PrivacyPage />} />
            <Route path="privacy/traffic" element={<TrafficPage />} />
            <Route path="privacy/leaks" element={<LeaksPage />} />
            <Route path="privacy/policies" element={<PoliciesPage />} />
            <Route path="privacy/vault" element={<VaultPage />} />
            <Route path="privacy/requests" element={<RequestsPage />} />
            <Route path="privacy/retention" element={<RetentionPage />} />
            <Route path="privacy/tables" element={<TablesPage />} />
            <Route path="keys" element={<KeysPage />} />
            <Route path="events" element={<EventsPage />} />
            <Route path="*" element={<NotFound />} />
          </Route>
        </Route>
      </Routes>
    </Suspense>
  );
}

export function Router() {
  return (
    <BrowserRouter>
      <AppRoutes />
    </BrowserRouter>
  );
}
