import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { MessageScoresReply, ResponderListMessagesApiResponse } from '../../api/generated';
import { SafeText } from '../../shared/components/SafeText';
import { SentimentMark } from '../../shared/components/SentimentMark';
import { formatDateTime, formatScore } from '../../shared/format';

type Message = ResponderListMessagesApiResponse['items'][number];

interface Props {
  message: Message;
  insight: MessageScoresReply | undefined;
  /** Whether a reply would answer this message. */
  targeted: boolean;
  onTarget: (messageId: string) => void;
}

/** One message: who, when, the safe text, and for a customer's message how it was read. */
export function MessageBubble({ message, insight, targeted, onTarget }: Props) {
  const { t } = useTranslation();
  const customer = message.role === 'customer';
  const system = message.role === 'system';
  return (
    <Box
      component="li"
      sx={{
        justifySelf: system ? 'center' : customer ? 'start' : 'end',
        maxWidth: { xs: '94%', sm: '82%' },
        minWidth: 0,
      }}
    >
      <Box
        sx={{
          display: 'flex',
          gap: 1,
          alignItems: 'baseline',
          justifyContent: customer ? 'flex-start' : system ? 'center' : 'flex-end',
          mb: 0.5,
          px: 0.5,
        }}
      >
        <Typography variant="caption" sx={{ fontWeight: 620 }}>
          {t(`conversations.one.${message.role}`)}
        </Typography>
        <Typography
          variant="caption"
          component="time"
          dateTime={message.at}
          sx={{ color: 'text.secondary' }}
        >
          {formatDateTime(message.at)}
        </Typography>
      </Box>
      <Typography
        variant="body1"
        component="div"
        sx={{
          px: 1.75,
          py: 1.125,
          borderRadius: 1.5,
          borderStartStartRadius: customer ? '0.25rem' : undefined,
          borderStartEndRadius: customer || system ? undefined : '0.25rem',
          border: system ? 0 : 1,
          borderColor: targeted ? 'primary.main' : 'divider',
          bgcolor: customer ? 'background.paper' : system ? 'transparent' : 'marks.own',
          color: system ? 'text.secondary' : 'text.primary',
          textAlign: system ? 'center' : 'start',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          lineHeight: 1.65,
        }}
      >
        <SafeText text={message.text} />
      </Typography>
      {customer && (
        <Box
          sx={{
            display: 'flex',
            flexWrap: 'wrap',
            alignItems: 'center',
            columnGap: 1.5,
            mt: 0.25,
            px: 0.5,
          }}
        >
          {insight && (
            <SentimentMark
              sentiment={insight.sentiment}
              score={formatScore(insight.sentiment_score)}
            />
          )}
          {insight?.intent_title && (
            <Typography variant="caption" sx={{ color: 'text.secondary' }}>
              {insight.intent_title}
            </Typography>
          )}
          <Button
            size="small"
            aria-pressed={targeted}
            onClick={() => onTarget(message.id)}
            sx={{
              py: 0,
              px: 0.75,
              minWidth: 0,
              fontSize: 'caption.fontSize',
              fontWeight: targeted ? 660 : 520,
            }}
          >
            {targeted ? t('conversations.one.targeted') : t('conversations.one.target')}
          </Button>
        </Box>
      )}
    </Box>
  );
}
