import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useSearchParams } from 'react-router';

interface Props {
  label: string;
  shown: string;
  /** Keys that move in the list; said where there is room and a keyboard is likely. */
  hint: string;
  next: string | null | undefined;
}

/** Cursor pages: forward by the cursor; back by the history, or to the start for a shared link. */
export function Pager({ label, shown, hint, next }: Props) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const { state } = useLocation();
  const navigate = useNavigate();
  const go = (cursor: string | undefined, paged: boolean) =>
    setParams(
      (old) => {
        const changed = new URLSearchParams(old);
        if (cursor) changed.set('cursor', cursor);
        else changed.delete('cursor');
        return changed;
      },
      { state: { paged } },
    );
  const back = () => {
    if ((state as { paged?: boolean } | null)?.paged) void navigate(-1);
    else go(undefined, false);
  };
  return (
    <Box
      component="nav"
      aria-label={label}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', mt: 1.5 }}
    >
      <Typography variant="caption" role="status" sx={{ flex: 1, color: 'text.secondary' }}>
        {shown}
        <Box component="span" sx={{ display: { xs: 'none', md: 'inline' } }}>
          {` · ${hint}`}
        </Box>
      </Typography>
      <Button size="small" variant="outlined" disabled={!params.get('cursor')} onClick={back}>
        {t('actions.previous')}
      </Button>
      <Button
        size="small"
        variant="outlined"
        disabled={!next}
        onClick={() => next && go(next, true)}
      >
        {t('actions.next')}
      </Button>
    </Box>
  );
}
