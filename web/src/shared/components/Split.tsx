import ArrowBackOutlined from '@mui/icons-material/ArrowBackOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

interface Props {
  list: ReactNode;
  /** The chosen item; undefined while none is. */
  detail: ReactNode | undefined;
  /** What the place beside the list says while none is chosen. */
  prompt: string;
  /** The address of the list alone, for screens with room for one of both. */
  back: string;
}

/** A list with the chosen item beside it; on small screens one or the other. */
export function Split({ list, detail, prompt, back }: Props) {
  const { t } = useTranslation();
  const open = detail !== undefined;
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2,
        alignItems: 'start',
        gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 5fr) minmax(0, 7fr)' },
      }}
    >
      <Box sx={{ minWidth: 0, display: { xs: open ? 'none' : 'block', lg: 'block' } }}>{list}</Box>
      <Box sx={{ minWidth: 0, display: { xs: open ? 'block' : 'none', lg: 'block' } }}>
        {open && (
          <Button
            component={Link}
            to={back}
            size="small"
            startIcon={<ArrowBackOutlined />}
            sx={{ mb: 1, display: { lg: 'none' } }}
          >
            {t('actions.back')}
          </Button>
        )}
        {detail ?? (
          <Card sx={{ p: 4, textAlign: 'center' }}>
            <Typography variant="body2" sx={{ color: 'text.secondary' }}>
              {prompt}
            </Typography>
          </Card>
        )}
      </Box>
    </Box>
  );
}
