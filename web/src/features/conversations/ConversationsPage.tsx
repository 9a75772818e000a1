import ForumOutlined from '@mui/icons-material/ForumOutlined';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import Skeleton from '@mui/material/Skeleton';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useInsightsListScoredConversationsQuery } from '../../api/generated';
import { EmptyState } from '../../shared/components/EmptyState';
import { PageHeader } from '../../shared/components/PageHeader';
import { Pager } from '../../shared/components/Pager';
import { QueryState } from '../../shared/components/QueryState';
import { useRange } from '../../shared/hooks/useRange';
import { ConversationList } from './ConversationList';
import { FilterBar } from './FilterBar';
import { OUTCOMES, oneOf, SENTIMENTS } from './filters';

const PAGE = 25;

function ListSkeleton() {
  return (
    <Card sx={{ p: 2.5, display: 'grid', gap: 2 }}>
      {Array.from({ length: 8 }, (_, i) => i).map((i) => (
        <Skeleton key={i} variant="rounded" height="2.5rem" />
      ))}
    </Card>
  );
}

export function ConversationsPage() {
  const { t } = useTranslation();
  const { range, params } = useRange();
  const query = useInsightsListScoredConversationsQuery({
    from: range.from,
    to: range.to,
    reason: params.get('reason') ?? undefined,
    sentiment: oneOf(SENTIMENTS, params.get('sentiment')),
    outcome: oneOf(OUTCOMES, params.get('outcome')),
    channel: params.get('channel') ?? undefined,
    cursor: params.get('cursor') ?? undefined,
    limit: PAGE,
  });
  const empty = (
    <EmptyState
      icon={ForumOutlined}
      title={t('conversations.empty.title')}
      text={t('conversations.empty.text')}
      action={
        <Button component={Link} to="/conversations" variant="contained">
          {t('conversations.empty.clear')}
        </Button>
      }
    />
  );
  return (
    <>
      <PageHeader title={t('conversations.title')} text={t('conversations.text')} />
      <FilterBar />
      <QueryState
        query={query}
        skeleton={<ListSkeleton />}
        isEmpty={(page) => page.items.length === 0}
        empty={empty}
      >
        {(page) => (
          <>
            <ConversationList rows={page.items} />
            <Pager
              label={t('conversations.list.pages')}
              shown={t('conversations.list.shown', { count: page.items.length })}
              hint={t('conversations.list.hint')}
              next={page.next}
            />
          </>
        )}
      </QueryState>
    </>
  );
}
