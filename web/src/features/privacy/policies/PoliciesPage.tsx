import '../../../api/privacyTags';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useTranslation } from 'react-i18next';
import {
  type SavedPolicyReply,
  usePrivacyListEntitiesQuery,
  usePrivacyListPoliciesQuery,
} from '../../../api/generatedPrivacy';
import { PageHeader } from '../../../shared/components/PageHeader';
import { QueryState } from '../../../shared/components/QueryState';
import { useAddress } from '../../../shared/hooks/useAddress';
import { useNote } from '../../../shared/hooks/useNote';
import { policies } from '../../../shared/i18n/en.policies';
import { addWords } from '../../../shared/i18n/late';
import { EntityList } from './EntityList';
import { History } from './History';
import { ListsEditor } from './ListsEditor';
import { PURPOSES, type Purpose } from './model';
import { Recognizers } from './Recognizers';
import { SaveBar } from './SaveBar';
import { TestBox } from './TestBox';
import { useDrafts } from './useDrafts';
import { Warnings } from './Warnings';

addWords({ policies });

const VIEWS = ['rules', 'lists', 'recognizers', 'history'] as const;
const FIRST: Purpose = 'model_call';

function Editor({ items, purpose }: { items: SavedPolicyReply[]; purpose: Purpose }) {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const { note, tell } = useNote();
  const editing = useDrafts(items, purpose);
  const entities = usePrivacyListEntitiesQuery();
  const view = VIEWS.find((each) => each === get('view')) ?? 'rules';
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2,
        alignItems: 'start',
        gridTemplateColumns: {
          xs: 'minmax(0, 1fr)',
          lg: view === 'history' ? 'minmax(0, 1fr)' : 'minmax(0, 6fr) minmax(0, 5fr)',
        },
      }}
    >
      {/* The margin keeps what has the focus clear of the bar at the bottom. */}
      <Box sx={{ display: 'grid', gap: 2, minWidth: 0, '& *': { scrollMarginBottom: '5rem' } }}>
        <Tabs
          value={view}
          onChange={(_, value: string) => set({ view: value === 'rules' ? undefined : value })}
          variant="scrollable"
          aria-label={t('policies.views')}
        >
          {VIEWS.map((each) => (
            <Tab key={each} value={each} label={t(`policies.view.${each}`)} />
          ))}
        </Tabs>
        {view !== 'history' && <Warnings editing={editing} />}
        {view === 'rules' && (
          <QueryState query={entities} skeleton={<Skeleton variant="rounded" height="28rem" />}>
            {(found) => <EntityList editing={editing} entities={found.items} />}
          </QueryState>
        )}
        {view === 'lists' && <ListsEditor editing={editing} />}
        {view === 'recognizers' && <Recognizers editing={editing} onNote={tell} />}
        {view === 'history' && (
          <History purpose={purpose} present={editing.version} onNote={tell} />
        )}
        {view !== 'history' && <SaveBar editing={editing} onNote={tell} />}
      </Box>
      {view !== 'history' && (
        <Box sx={{ minWidth: 0, position: { lg: 'sticky' }, top: { lg: '5rem' } }}>
          <TestBox editing={editing} />
        </Box>
      )}
      {note}
    </Box>
  );
}

/** What is hidden for each purpose, how surely, and what stands in its place. */
export function PoliciesPage() {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const query = usePrivacyListPoliciesQuery(undefined, { refetchOnMountOrArgChange: true });
  const purpose = PURPOSES.find((each) => each === get('purpose')) ?? FIRST;
  return (
    <>
      <PageHeader title={t('nav.policies')} text={t('policies.text')} />
      <Tabs
        value={purpose}
        onChange={(_, value: string) => set({ purpose: value === FIRST ? undefined : value })}
        variant="scrollable"
        aria-label={t('policies.purposes')}
        sx={{ borderBottom: 1, borderColor: 'divider', mb: 2 }}
      >
        {PURPOSES.map((each) => (
          <Tab key={each} value={each} label={t(`policies.purpose.${each}`)} />
        ))}
      </Tabs>
      <QueryState query={query} skeleton={<Skeleton variant="rounded" height="32rem" />}>
        {(found) => <Editor items={found.items} purpose={purpose} />}
      </QueryState>
    </>
  );
}
