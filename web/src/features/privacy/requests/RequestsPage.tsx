import '../../../api/privacyTags';
import AddOutlined from '@mui/icons-material/AddOutlined';
import PersonRemoveOutlined from '@mui/icons-material/PersonRemoveOutlined';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyListRequestsQuery } from '../../../api/generatedPrivacy';
import { EmptyState } from '../../../shared/components/EmptyState';
import { PageHeader } from '../../../shared/components/PageHeader';
import { Pager } from '../../../shared/components/Pager';
import { QueryState } from '../../../shared/components/QueryState';
import { Split } from '../../../shared/components/Split';
import { useAddress } from '../../../shared/hooks/useAddress';
import { useNote } from '../../../shared/hooks/useNote';
import { requests } from '../../../shared/i18n/en.requests';
import { addWords } from '../../../shared/i18n/late';
import { FilterBar } from './FilterBar';
import { NewRequest } from './NewRequest';
import { Request } from './Request';
import { RequestList } from './RequestList';
import { isOpen, KINDS, oneOf, POLL_MS, STATUSES } from './rights';

addWords({ requests });

const PAGE = 25;
const IDLE_POLL_MS = 15_000;

/** What customers asked for: that their data go, or that they get them. */
export function RequestsPage() {
  const { t } = useTranslation();
  const { get, set, link } = useAddress();
  const { note, tell } = useNote();
  const [asking, setAsking] = useState(false);
  const [open, setOpen] = useState(false);
  const [kind, status] = [oneOf(KINDS, get('kind')), oneOf(STATUSES, get('status'))];
  const id = get('id');
  const query = usePrivacyListRequestsQuery(
    { kind, status, cursor: get('cursor'), limit: PAGE },
    {
      pollingInterval: open ? POLL_MS : IDLE_POLL_MS,
      skipPollingIfUnfocused: true,
      refetchOnMountOrArgChange: true,
    },
  );
  const running = query.currentData?.items.some(isOpen) ?? false;
  if (running !== open) setOpen(running);
  const filtered = kind !== undefined || status !== undefined;
  const none = query.currentData?.items.length === 0;
  const list = (
    <QueryState
      query={query}
      skeleton={<Skeleton variant="rounded" height="20rem" />}
      isEmpty={(page) => page.items.length === 0}
      empty={
        <EmptyState
          icon={PersonRemoveOutlined}
          title={t(filtered ? 'requests.empty.filtered' : 'requests.empty.title')}
          text={t(filtered ? 'requests.empty.filteredText' : 'requests.empty.text')}
        />
      }
    >
      {(page) => (
        <>
          <RequestList items={page.items} chosen={id} />
          <Pager
            label={t('requests.pages')}
            shown={t('requests.shown', { count: page.items.length })}
            hint={t('requests.hint')}
            next={page.next}
          />
        </>
      )}
    </QueryState>
  );
  return (
    <>
      <PageHeader
        title={t('nav.requests')}
        text={t('requests.text')}
        actions={
          <Button variant="contained" startIcon={<AddOutlined />} onClick={() => setAsking(true)}>
            {t('requests.new.open')}
          </Button>
        }
      />
      <FilterBar />
      {none && !id ? (
        list
      ) : (
        <Split
          list={list}
          detail={id && <Request key={id} id={id} />}
          prompt={t('requests.choose')}
          back={link({ id: undefined })}
        />
      )}
      {asking && (
        <NewRequest
          onClose={() => setAsking(false)}
          onMade={(made) => {
            setAsking(false);
            set({ id: made.id });
            tell(t(`requests.new.made.${made.kind}`));
          }}
        />
      )}
      {note}
    </>
  );
}
