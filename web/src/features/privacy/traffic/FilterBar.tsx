import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../../shared/hooks/useAddress';
import { PURPOSES } from './passages';

/** What it left for, and one session's alone when the address names one. */
export function FilterBar() {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const session = get('session');
  return (
    <Box
      role="search"
      aria-label={t('traffic.filters')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, mb: 2, alignItems: 'center' }}
    >
      <TextField
        select
        label={t('traffic.purposeLabel')}
        value={get('purpose') ?? ''}
        onChange={(event) => set({ purpose: event.target.value || undefined, id: undefined })}
        slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
        sx={{ minWidth: '13rem' }}
      >
        <option value="">{t('traffic.any')}</option>
        {PURPOSES.map((purpose) => (
          <option key={purpose} value={purpose}>
            {t(`traffic.purpose.${purpose}`)}
          </option>
        ))}
      </TextField>
      {session && (
        <Chip
          label={t('traffic.ofSession', { session })}
          onDelete={() => set({ session: undefined, id: undefined })}
          slotProps={{ label: { sx: { maxWidth: '16rem' } } }}
        />
      )}
    </Box>
  );
}
