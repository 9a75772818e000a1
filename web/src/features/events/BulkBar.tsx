import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';

interface Props {
  /** How many fit the filters, and whether there are filters. */
  fitting: number;
  filtered: boolean;
  chosen: number;
  mayMove: boolean;
  onAgain: () => void;
  onDiscard: () => void;
  onNone: () => void;
}

/** How many events there are, and the actions for those selected or, with none, for all. */
export function BulkBar({ fitting, filtered, chosen, mayMove, onAgain, onDiscard, onNone }: Props) {
  const { t } = useTranslation();
  const some = chosen > 0;
  const total = t(filtered ? 'events.bulk.fitting' : 'events.bulk.all', { count: fitting });
  return (
    <Box
      role="group"
      aria-label={t('events.bulk.label')}
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: 1,
        mb: 1.5,
        minHeight: '2.5rem',
      }}
    >
      <Typography variant="body2" role="status" sx={{ flex: '1 1 12rem', fontWeight: 600 }}>
        {some ? t('events.bulk.chosen', { count: chosen }) : total}
      </Typography>
      {some && (
        <Button size="small" onClick={onNone}>
          {t('events.bulk.none')}
        </Button>
      )}
      {mayMove && fitting + chosen > 0 && (
        <>
          <Button size="small" variant="outlined" onClick={onAgain}>
            {t(some ? 'events.bulk.againChosen' : 'events.bulk.againAll')}
          </Button>
          <Button size="small" variant="outlined" color="error" onClick={onDiscard}>
            {t(some ? 'events.bulk.discardChosen' : 'events.bulk.discardAll')}
          </Button>
        </>
      )}
    </Box>
  );
}
