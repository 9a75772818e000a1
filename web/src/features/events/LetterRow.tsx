import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Link from '@mui/material/Link';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { Link as RouterLink } from 'react-router';
import { formatDateTime } from '../../shared/format';
import type { Letter } from './letters';

const CONVERSATION = 'conversation_id';

/** What an event is about, by id; its conversation can be opened. */
function Concerns({ letter }: { letter: Letter }) {
  const { t } = useTranslation();
  const ids = Object.entries({ ...letter.ids, event: letter.id });
  return (
    <Box component="dl" sx={{ m: 0, display: 'grid', gap: 0.25 }}>
      {ids.map(([member, id]) => (
        <Box key={member} sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 0.75 }}>
          <Typography component="dt" variant="caption" sx={{ color: 'text.secondary' }}>
            {member === 'event' ? t('events.table.event') : member.replace(/_id$/, '')}
          </Typography>
          <Typography
            component="dd"
            variant="caption"
            sx={{ m: 0, fontFamily: 'monospace', overflowWrap: 'anywhere' }}
          >
            {member === CONVERSATION ? (
              <Link component={RouterLink} to={`/conversations/${encodeURIComponent(id)}`}>
                {id}
              </Link>
            ) : (
              id
            )}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

interface Props {
  letter: Letter;
  chosen: boolean;
  mayMove: boolean;
  busy: boolean;
  onChoose: (letter: Letter, chosen: boolean) => void;
  onAgain: (letter: Letter) => void;
  onDiscard: (letter: Letter) => void;
}

export function LetterRow({ letter, chosen, mayMove, busy, onChoose, onAgain, onDiscard }: Props) {
  const { t } = useTranslation();
  const { id } = letter;
  const codes = Object.values(letter.codes).join(', ');
  return (
    <TableRow hover selected={chosen}>
      {mayMove && (
        <TableCell padding="checkbox">
          <Checkbox
            checked={chosen}
            onChange={(_, checked) => onChoose(letter, checked)}
            slotProps={{
              input: { 'aria-label': t('events.table.select', { id }), ...{ 'data-row': '' } },
            }}
          />
        </TableCell>
      )}
      <TableCell component="th" scope="row" sx={{ minWidth: '12rem' }}>
        <Typography variant="body2" sx={{ fontWeight: 600 }}>
          {letter.handler}
        </Typography>
        <Typography variant="caption" component="p" sx={{ color: 'text.secondary' }}>
          {codes ? `${letter.name} (${codes})` : letter.name}
        </Typography>
      </TableCell>
      <TableCell sx={{ minWidth: '8rem' }}>
        <Typography variant="body2">{letter.error}</Typography>
        <Typography variant="caption" sx={{ color: 'text.secondary' }}>
          {t('events.table.attempts', { count: letter.attempts })}
        </Typography>
      </TableCell>
      <TableCell sx={{ whiteSpace: 'nowrap' }}>{formatDateTime(letter.parked_at)}</TableCell>
      <TableCell sx={{ minWidth: '16rem' }}>
        <Concerns letter={letter} />
      </TableCell>
      {mayMove && (
        <TableCell>
          <Box sx={{ display: 'grid', justifyItems: 'end', whiteSpace: 'nowrap' }}>
            <Button
              size="small"
              disabled={busy}
              aria-label={t('events.table.againNamed', { id })}
              onClick={() => onAgain(letter)}
            >
              {t('events.table.again')}
            </Button>
            <Button
              size="small"
              color="error"
              disabled={busy}
              aria-label={t('events.table.discardNamed', { id })}
              onClick={() => onDiscard(letter)}
            >
              {t('events.table.discard')}
            </Button>
          </Box>
        </TableCell>
      )}
    </TableRow>
  );
}
