import OutboundOutlined from '@mui/icons-material/OutboundOutlined';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePrivacyListTrafficQuery } from '../../../api/generatedPrivacy';
import { EmptyState } from '../../../shared/components/EmptyState';
import { PageHeader } from '../../../shared/components/PageHeader';
import { Pager } from '../../../shared/components/Pager';
import { QueryState } from '../../../shared/components/QueryState';
import { Split } from '../../../shared/components/Split';
import { useAddress } from '../../../shared/hooks/useAddress';
import { traffic } from '../../../shared/i18n/en.traffic';
import { addWords } from '../../../shared/i18n/late';
import { FilterBar } from './FilterBar';
import { Passage } from './Passage';
import { TrafficList } from './TrafficList';

addWords({ traffic });

const PAGE = 25;

function Nothing({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={OutboundOutlined}
      title={t(filtered ? 'traffic.empty.filtered' : 'traffic.empty.title')}
      text={t(filtered ? 'traffic.empty.filteredText' : 'traffic.empty.text')}
      action={
        <Button component={Link} to={filtered ? '?' : '/privacy'} variant="contained">
          {t(filtered ? 'traffic.empty.clear' : 'traffic.empty.try')}
        </Button>
      }
    />
  );
}

/** What left for models and callers, and to whom it may be shown what it had been. */
export function TrafficPage() {
  const { t } = useTranslation();
  const { get, link } = useAddress();
  const [purpose, session, id] = [get('purpose'), get('session'), get('id')];
  const query = usePrivacyListTrafficQuery(
    { purpose, sessionId: session, cursor: get('cursor'), limit: PAGE },
    { refetchOnMountOrArgChange: true },
  );
  const list = (
    <QueryState
      query={query}
      skeleton={<Skeleton variant="rounded" height="24rem" />}
      isEmpty={(page) => page.items.length === 0}
      empty={<Nothing filtered={purpose !== undefined || session !== undefined} />}
    >
      {(page) => (
        <>
          <TrafficList passages={page.items} chosen={id} />
          <Pager
            label={t('traffic.pages')}
            shown={t('traffic.shown', { count: page.items.length })}
            hint={t('traffic.hint')}
            next={page.next}
          />
        </>
      )}
    </QueryState>
  );
  const none = query.currentData?.items.length === 0;
  return (
    <>
      <PageHeader title={t('nav.traffic')} text={t('traffic.text')} />
      <FilterBar />
      {none && !id ? (
        list
      ) : (
        <Split
          list={list}
          detail={id && <Passage key={id} id={id} />}
          prompt={t('traffic.choose')}
          back={link({ id: undefined })}
        />
      )}
    </>
  );
}
