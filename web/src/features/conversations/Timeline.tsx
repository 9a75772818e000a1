import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type MessageScoresReply, useResponderListMessagesQuery } from '../../api/generated';
import { QueryState } from '../../shared/components/QueryState';
import { MessageBubble } from './MessageBubble';

const PAGE = 100;

interface Props {
  conversationId: string;
  insights: ReadonlyMap<string, MessageScoresReply>;
  /** The message that a reply would answer. */
  target: string | undefined;
  onTarget: (messageId: string) => void;
  cursor?: number;
}

function TimelineSkeleton() {
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Skeleton variant="rounded" height="4rem" width="65%" />
      <Skeleton variant="rounded" height="5rem" width="65%" sx={{ justifySelf: 'end' }} />
      <Skeleton variant="rounded" height="3rem" width="50%" />
    </Box>
  );
}

/** The messages in order; a long conversation goes on page by page. */
export function Timeline({ conversationId, insights, target, onTarget, cursor }: Props) {
  const { t } = useTranslation();
  const [more, setMore] = useState(false);
  const query = useResponderListMessagesQuery({ conversationId, cursor, limit: PAGE });
  const none = (
    <Typography variant="body2" sx={{ color: 'text.secondary' }}>
      {t('conversations.one.noMessages')}
    </Typography>
  );
  return (
    <QueryState
      query={query}
      skeleton={<TimelineSkeleton />}
      isEmpty={(page) => page.items.length === 0}
      empty={none}
    >
      {(page) => (
        <>
          <Box
            component="ol"
            aria-label={t('conversations.one.timeline')}
            sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 2 }}
          >
            {page.items.map((message) => (
              <MessageBubble
                key={message.id}
                message={message}
                insight={insights.get(message.id)}
                targeted={message.id === target}
                onTarget={onTarget}
              />
            ))}
          </Box>
          {page.next && !more && (
            <Button onClick={() => setMore(true)} sx={{ mt: 2 }}>
              {t('conversations.one.more')}
            </Button>
          )}
          {page.next && more && (
            <Box sx={{ mt: 2 }}>
              <Timeline
                conversationId={conversationId}
                insights={insights}
                target={target}
                onTarget={onTarget}
                cursor={Number(page.next)}
              />
            </Box>
          )}
        </>
      )}
    </QueryState>
  );
}
