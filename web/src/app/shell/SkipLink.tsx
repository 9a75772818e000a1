import Link from '@mui/material/Link';
import { useTranslation } from 'react-i18next';

/** The first stop of the tab key: past the rail, straight to the page. */
export function SkipLink({ target }: { target: string }) {
  const { t } = useTranslation();
  return (
    <Link
      href={`#${target}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(target)?.focus();
      }}
      sx={{
        position: 'fixed',
        zIndex: 'tooltip',
        top: '0.5rem',
        insetInlineStart: '0.5rem',
        px: 2,
        py: 1,
        borderRadius: 1,
        bgcolor: 'primary.main',
        color: 'primary.contrastText',
        opacity: 0,
        pointerEvents: 'none',
        '&:focus': { opacity: 1, pointerEvents: 'auto' },
      }}
    >
      {t('app.skip')}
    </Link>
  );
}
