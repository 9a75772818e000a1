import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Card from '@mui/material/Card';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { SafeText } from '../../shared/components/SafeText';
import { SentimentMark } from '../../shared/components/SentimentMark';
import { formatDateTime } from '../../shared/format';
import { useRowKeys } from '../../shared/hooks/useRowKeys';
import type { Row } from './filters';

function RowLink({ row }: { row: Row }) {
  const { t } = useTranslation();
  const { search } = useLocation();
  return (
    <ButtonBase
      component={Link}
      to={`/conversations/${encodeURIComponent(row.conversation_id)}`}
      state={{ list: search }}
      data-row
      sx={{
        display: 'grid',
        width: '100%',
        textAlign: 'start',
        justifyContent: 'stretch',
        alignItems: 'center',
        columnGap: 2,
        rowGap: 0.75,
        gridTemplateColumns: { xs: '1fr auto', lg: 'minmax(0, 1fr) 11rem 5.5rem 5.75rem 9.5rem' },
        px: { xs: 2, sm: 2.5 },
        py: 1.5,
        '&:hover': { bgcolor: 'action.hover' },
        '&:focus-visible': { outlineOffset: '-2px', bgcolor: 'action.hover' },
      }}
    >
      <Typography
        variant="body2"
        sx={{
          gridColumn: { xs: '1 / -1', lg: 'auto' },
          display: '-webkit-box',
          WebkitBoxOrient: 'vertical',
          WebkitLineClamp: 2,
          overflow: 'hidden',
          lineHeight: 1.7,
        }}
      >
        {row.preview ? <SafeText text={row.preview} /> : t('conversations.list.noPreview')}
      </Typography>
      <Box sx={{ minWidth: 0 }}>
        {row.reason_title ? (
          <Chip
            size="small"
            variant="outlined"
            label={row.reason_title}
            sx={{ maxWidth: '100%' }}
          />
        ) : (
          <Typography variant="caption" sx={{ color: 'text.secondary' }}>
            {t('conversations.list.noReason')}
          </Typography>
        )}
      </Box>
      <Box sx={{ justifySelf: { xs: 'end', lg: 'start' } }}>
        <SentimentMark sentiment={row.sentiment} />
      </Box>
      <Typography variant="caption" sx={{ color: 'text.secondary' }}>
        {t(`outcome.${row.outcome ?? 'none'}`)}
      </Typography>
      <Typography
        variant="caption"
        component="span"
        sx={{ color: 'text.secondary', textAlign: 'end', display: 'grid' }}
      >
        <span>{formatDateTime(row.started_at)}</span>
        <span>
          {`${row.channel} · ${t('conversations.list.messages', { count: row.messages })}`}
        </span>
      </Typography>
    </ButtonBase>
  );
}

export function ConversationList({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <Card>
      <Box
        component="ul"
        ref={list}
        aria-label={t('conversations.list.label')}
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          '& > li + li': { borderTop: 1, borderColor: 'divider' },
        }}
      >
        {rows.map((row) => (
          <li key={row.conversation_id}>
            <RowLink row={row} />
          </li>
        ))}
      </Box>
    </Card>
  );
}
