import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { ResponderGetConversationApiResponse } from '../../api/generated';
import { formatDateTime } from '../../shared/format';

/** What is known of the conversation besides its messages. */
export function Details({ conversation }: { conversation: ResponderGetConversationApiResponse }) {
  const { t } = useTranslation();
  const rows: [string, string][] = [
    [t('conversations.one.started'), formatDateTime(conversation.started_at)],
    [t('conversations.one.lastAt'), formatDateTime(conversation.last_at)],
    [t('conversations.one.channel'), conversation.channel],
    [t('conversations.one.status'), conversation.status],
    [t('conversations.one.id'), conversation.id],
  ];
  for (const [name, value] of Object.entries(conversation.attributes)) rows.push([name, value]);
  return (
    <Card component="section" sx={{ p: { xs: 2, sm: 2.5 } }}>
      <Typography variant="h2">{t('conversations.one.details')}</Typography>
      <Box
        component="dl"
        sx={{
          m: 0,
          mt: 1.5,
          display: 'grid',
          gridTemplateColumns: '7rem minmax(0, 1fr)',
          rowGap: 0.75,
          columnGap: 2,
        }}
      >
        {rows.map(([name, value]) => (
          <Box key={name} sx={{ display: 'contents' }}>
            <Typography component="dt" variant="body2" sx={{ color: 'text.secondary' }}>
              {name}
            </Typography>
            <Typography component="dd" variant="body2" sx={{ m: 0, overflowWrap: 'anywhere' }}>
              {value}
            </Typography>
          </Box>
        ))}
      </Box>
    </Card>
  );
}
