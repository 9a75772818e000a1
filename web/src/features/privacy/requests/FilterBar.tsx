import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../../shared/hooks/useAddress';
import { KINDS, STATUSES } from './rights';

export function FilterBar() {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const field = { select: { native: true }, inputLabel: { shrink: true } };
  return (
    <Box
      role="search"
      aria-label={t('requests.filters')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, mb: 2 }}
    >
      <TextField
        select
        label={t('requests.kindLabel')}
        value={get('kind') ?? ''}
        onChange={(event) => set({ kind: event.target.value || undefined, id: undefined })}
        slotProps={field}
        sx={{ minWidth: '10rem' }}
      >
        <option value="">{t('requests.any')}</option>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`requests.kind.${kind}`)}
          </option>
        ))}
      </TextField>
      <TextField
        select
        label={t('requests.statusLabel')}
        value={get('status') ?? ''}
        onChange={(event) => set({ status: event.target.value || undefined, id: undefined })}
        slotProps={field}
        sx={{ minWidth: '10rem' }}
      >
        <option value="">{t('requests.any')}</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {t(`requests.status.${status}`)}
          </option>
        ))}
      </TextField>
    </Box>
  );
}
