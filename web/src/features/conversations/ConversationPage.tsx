import ArrowBackOutlined from '@mui/icons-material/ArrowBackOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import Chip from '@mui/material/Chip';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'react-router';
import {
  useInsightsGetScoredConversationQuery,
  useResponderGetConversationQuery,
} from '../../api/generated';
import { problemOf } from '../../api/problem';
import { EmptyState } from '../../shared/components/EmptyState';
import { PageHeader } from '../../shared/components/PageHeader';
import { QueryState } from '../../shared/components/QueryState';
import { Details } from './Details';
import { SuggestedReply } from './SuggestedReply';
import { Timeline } from './Timeline';

const NOT_FOUND = 404;

function BackLink() {
  const { t } = useTranslation();
  const { state } = useLocation();
  const list = (state as { list?: string } | null)?.list ?? '';
  return (
    <Button
      component={Link}
      to={`/conversations${list}`}
      size="small"
      startIcon={<ArrowBackOutlined />}
      sx={{ mb: 1, ml: -0.5 }}
    >
      {t('conversations.one.back')}
    </Button>
  );
}

function Reason({
  insight,
}: {
  insight: { reason?: string | null; reason_title?: string | null };
}) {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: 'flex', gap: 1, alignItems: 'center', flexWrap: 'wrap' }}>
      <Typography variant="body2" sx={{ color: 'text.secondary' }}>
        {t('conversations.one.reason')}
      </Typography>
      {insight.reason ? (
        <Chip
          component={Link}
          clickable
          size="small"
          color="primary"
          variant="outlined"
          to={`/conversations?reason=${encodeURIComponent(insight.reason)}`}
          label={insight.reason_title ?? insight.reason}
        />
      ) : (
        <Typography variant="body2">{t('conversations.one.noReason')}</Typography>
      )}
    </Box>
  );
}

export function ConversationPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const conversation = useResponderGetConversationQuery({ conversationId: id });
  const insight = useInsightsGetScoredConversationQuery({ conversationId: id });
  const byMessage = useMemo(
    () => new Map((insight.currentData?.messages ?? []).map((each) => [each.message_id, each])),
    [insight.currentData],
  );
  const [chosen, setChosen] = useState<string>();
  // The newest message that says what the customer wants; a closing “thanks” needs no answer.
  const asking = insight.currentData?.messages.findLast((each) => each.intent !== null);
  const target = chosen ?? asking?.message_id;
  if (problemOf(conversation.error)?.status === NOT_FOUND) {
    return (
      <>
        <PageHeader title={t('conversations.one.title')} above={<BackLink />} />
        <EmptyState
          title={t('conversations.one.missingTitle')}
          text={t('conversations.one.missing')}
        />
      </>
    );
  }
  const off = problemOf(insight.error) && (
    <Typography variant="body2" sx={{ color: 'text.secondary' }}>
      {t('conversations.one.sentimentOff')}
    </Typography>
  );
  return (
    <>
      <PageHeader
        title={t('conversations.one.title')}
        above={<BackLink />}
        actions={insight.currentData ? <Reason insight={insight.currentData} /> : off}
      />
      <QueryState query={conversation} skeleton={<Skeleton variant="rounded" height="24rem" />}>
        {(found) => (
          <Box
            sx={{
              display: 'grid',
              gap: 2,
              alignItems: 'start',
              gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 7fr) minmax(0, 5fr)' },
            }}
          >
            <Card
              component="section"
              aria-label={t('conversations.one.timeline')}
              sx={{ p: { xs: 2, sm: 3 } }}
            >
              <Timeline
                conversationId={found.id}
                insights={byMessage}
                target={target}
                onTarget={setChosen}
              />
            </Card>
            <Box
              sx={{ display: 'grid', gap: 2, position: { lg: 'sticky' }, top: { lg: '5.5rem' } }}
            >
              <SuggestedReply key={found.id} conversationId={found.id} target={target} />
              <Details conversation={found} />
            </Box>
          </Box>
        )}
      </QueryState>
    </>
  );
}
