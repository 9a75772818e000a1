import CalendarTodayOutlined from '@mui/icons-material/CalendarTodayOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Popover from '@mui/material/Popover';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../shared/format';
import { useRange } from '../../shared/hooks/useRange';
import { PRESETS, type TimeRange } from '../../shared/range';

function useLabel(range: TimeRange): string {
  const { t } = useTranslation();
  if (range.preset !== 'custom') return t(`range.${range.preset}`);
  const from = range.fromDay && formatDate(`${range.fromDay}T00:00:00`);
  const to = range.toDay && formatDate(`${range.toDay}T00:00:00`);
  if (from && to) return t('range.between', { from, to });
  return from ? t('range.since', { from }) : t('range.until', { to });
}

/** Chooses the time range; the choice lives in the address. */
export function RangePicker() {
  const { t } = useTranslation();
  const { range, setRange } = useRange();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const label = useLabel(range);
  const close = () => setAnchor(null);
  return (
    <>
      <Button
        color="inherit"
        variant="outlined"
        size="small"
        startIcon={<CalendarTodayOutlined />}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        aria-label={`${t('range.label')}: ${label}`}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ borderColor: 'divider', height: '2.25rem', whiteSpace: 'nowrap', minWidth: 0 }}
      >
        <Box
          component="span"
          sx={{
            overflow: 'hidden',
            textOverflow: 'ellipsis',
            maxWidth: { xs: '5.5rem', sm: '16rem' },
          }}
        >
          {label}
        </Box>
      </Button>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={close}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        slotProps={{
          paper: { role: 'dialog', 'aria-label': t('range.label'), sx: { mt: 1, width: '17rem' } },
        }}
      >
        <Box sx={{ p: 1, display: 'grid' }}>
          {PRESETS.map((preset) => (
            <Button
              key={preset}
              color={preset === range.preset ? 'primary' : 'inherit'}
              aria-pressed={preset === range.preset}
              onClick={() => {
                setRange({ preset });
                close();
              }}
              sx={{ justifyContent: 'flex-start', px: 1.5 }}
            >
              {t(`range.${preset}`)}
            </Button>
          ))}
        </Box>
        <Divider />
        <CustomDays
          key={`${range.fromDay}${range.toDay}`}
          range={range}
          onDone={(days) => {
            setRange(days);
            close();
          }}
        />
      </Popover>
    </>
  );
}

interface CustomProps {
  range: TimeRange;
  onDone: (days: { fromDay: string; toDay: string }) => void;
}

function CustomDays({ range, onDone }: CustomProps) {
  const { t } = useTranslation();
  const [fromDay, setFromDay] = useState(range.fromDay);
  const [toDay, setToDay] = useState(range.toDay);
  const reversed = fromDay !== '' && toDay !== '' && fromDay > toDay;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!reversed) onDone({ fromDay, toDay });
  };
  const days = { inputLabel: { shrink: true } };
  return (
    <Box component="form" onSubmit={submit} sx={{ p: 2, display: 'grid', gap: 1.5 }}>
      <TextField
        type="date"
        label={t('range.from')}
        value={fromDay}
        onChange={(event) => setFromDay(event.target.value)}
        slotProps={days}
      />
      <TextField
        type="date"
        label={t('range.to')}
        value={toDay}
        onChange={(event) => setToDay(event.target.value)}
        error={reversed}
        helperText={reversed ? t('range.reversed') : undefined}
        slotProps={days}
      />
      <Button type="submit" variant="contained" disabled={fromDay === '' && toDay === ''}>
        {t('range.apply')}
      </Button>
    </Box>
  );
}
