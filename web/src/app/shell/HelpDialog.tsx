import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { Kbd } from '../../shared/components/Kbd';
import { usePages } from './usePages';

interface RowProps {
  label: string;
  keys: string[];
  between?: string;
}

function Row({ label, keys, between }: RowProps) {
  return (
    <Box component="li" sx={{ display: 'flex', alignItems: 'center', gap: 1, py: 0.5 }}>
      <Typography variant="body2" sx={{ flex: 1 }}>
        {label}
      </Typography>
      {keys.map((key, i) => (
        <Box
          key={key}
          component="span"
          sx={{ display: 'inline-flex', gap: 1, alignItems: 'center' }}
        >
          {i > 0 && between && <Typography variant="caption">{between}</Typography>}
          <Kbd>{key}</Kbd>
        </Box>
      ))}
    </Box>
  );
}

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const pages = usePages();
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="help-title">
      <DialogTitle id="help-title">{t('help.title')}</DialogTitle>
      <DialogContent>
        <Typography variant="h3">{t('help.everywhere')}</Typography>
        <Box component="ul" sx={{ listStyle: 'none', p: 0, mt: 1, mb: 2 }}>
          <Row label={t('help.palette')} keys={['Ctrl K', '⌘ K']} between={t('help.or')} />
          <Row label={t('help.help')} keys={['?']} />
          {pages.map((page) => (
            <Row
              key={page.id}
              label={t('help.go', { page: t(`nav.${page.id}`) })}
              keys={['g', page.key]}
              between={t('help.follow')}
            />
          ))}
        </Box>
        <Typography variant="h3">{t('help.lists')}</Typography>
        <Box component="ul" sx={{ listStyle: 'none', p: 0, mt: 1, mb: 0 }}>
          <Row label={t('help.down')} keys={['j']} />
          <Row label={t('help.up')} keys={['k']} />
          <Row label={t('help.enter')} keys={['Enter']} />
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('actions.close')}</Button>
      </DialogActions>
    </Dialog>
  );
}
