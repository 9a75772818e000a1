import AutoAwesomeOutlined from '@mui/icons-material/AutoAwesomeOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useResponderCreateReplyMutation, useResponderListRepliesQuery } from '../../api/generated';
import { problemOf } from '../../api/problem';
import { ErrorState } from '../../shared/components/ErrorState';
import { Abstention } from './Abstention';
import { Answer } from './Answer';

function Working() {
  const { t } = useTranslation();
  return (
    <Box
      role="status"
      aria-label={t('conversations.reply.working')}
      sx={{ display: 'grid', gap: 1 }}
    >
      <Skeleton height="1.25rem" />
      <Skeleton height="1.25rem" width="92%" />
      <Skeleton height="1.25rem" width="60%" />
    </Box>
  );
}

interface Props {
  conversationId: string;
  /** The message to answer; undefined is the customer's newest. */
  target: string | undefined;
}

/** The draft for the agent: an answer with its sources, or why there is none. */
export function SuggestedReply({ conversationId, target }: Props) {
  const { t } = useTranslation();
  const [createReply, created] = useResponderCreateReplyMutation();
  const earlier = useResponderListRepliesQuery({ conversationId });
  const known = [...(created.data ? [created.data] : []), ...(earlier.currentData?.items ?? [])];
  const reply = known.find((each) => target === undefined || each.message_id === target);
  const problem = problemOf(created.error);
  const generate = () =>
    void createReply({ conversationId, body: target ? { message_id: target } : {} });
  return (
    <Card component="section" aria-labelledby="reply-title" sx={{ p: { xs: 2, sm: 2.5 } }}>
      <Typography variant="h2" id="reply-title">
        {t('conversations.reply.title')}
      </Typography>
      <Typography variant="caption" component="p" sx={{ color: 'text.secondary', mb: 2 }}>
        {t('conversations.reply.text')}
      </Typography>
      <Box aria-live="polite">
        {created.isLoading ? (
          <Working />
        ) : problem ? (
          <ErrorState problem={problem} onRetry={generate} />
        ) : reply ? (
          reply.status === 'answered' ? (
            <Answer reply={reply} />
          ) : (
            <Abstention reply={reply} />
          )
        ) : null}
      </Box>
      <Button
        variant={reply ? 'outlined' : 'contained'}
        startIcon={<AutoAwesomeOutlined />}
        loading={created.isLoading}
        loadingPosition="start"
        onClick={generate}
        sx={{ mt: reply || created.isLoading ? 2 : 0 }}
      >
        {reply ? t('conversations.reply.again') : t('conversations.reply.generate')}
      </Button>
    </Card>
  );
}
