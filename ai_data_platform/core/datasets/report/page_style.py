"""How the page of a quality report looks, in light and in dark."""

from ai_data_platform.core.datasets.report.plots import PLOT_STYLE

__all__ = ["COLOURS", "DARK", "PAGE_STYLE"]

# Okabe and Ito's blue, vermilion and orange: told apart by every common kind of colour vision.
COLOURS = (
    "--paper:#fff;--card:#f7f8fa;--ink:#1f2328;--quiet:#5b636d;--grid:#d9dee5;"
    "--series:#0072b2;--drop:#c65200;--mild:#e69f00;--good:#0a7d4f"
)
DARK = (
    "--paper:#14171b;--card:#1c2026;--ink:#e8eaed;--quiet:#a3abb5;--grid:#363d47;"
    "--series:#56b4e9;--drop:#f0803c;--mild:#e6b045;--good:#4cc38a"
)
PAGE_STYLE = f"""
:root{{color-scheme:light dark;{COLOURS}}}
@media (prefers-color-scheme:dark){{:root{{{DARK}}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}}
main{{max-width:1180px;margin:0 auto;padding:32px 20px 64px}}
h1{{font-size:28px;margin:0 0 4px}}h2{{font-size:20px;margin:44px 0 4px}}
h3{{font-size:15px;margin:0 0 8px}}
p{{margin:4px 0 12px;max-width:78ch}}.quiet{{color:var(--quiet)}}
.pill{{display:inline-block;padding:3px 12px;border-radius:99px;color:var(--paper);font-weight:600}}
.good{{background:var(--good)}}.bad{{background:var(--drop)}}
.tiles{{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}}
.tile,.plot{{background:var(--card);border-radius:10px;padding:14px 16px}}
.tile b{{display:block;font-size:22px;font-variant-numeric:tabular-nums}}
.tile span{{color:var(--quiet);font-size:13px}}
.plots{{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:14px}}
.plots:has(>:only-child){{max-width:820px}}
.plot{{margin:0;align-self:start}}svg{{width:100%;height:auto;display:block}}
svg text{{font-family:inherit}}
.wide{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}}
th,td{{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--grid);vertical-align:top}}
th{{color:var(--quiet);font-weight:500;font-size:13px}}td.n{{text-align:right;white-space:nowrap}}
th.n{{text-align:right}}.yes{{color:var(--good);font-weight:700}}.no{{color:var(--drop);font-weight:700}}
code{{font:13px ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}}
dt{{font-weight:600;margin-top:10px}}dd{{margin:0 0 0 0;color:var(--quiet);max-width:78ch}}
{PLOT_STYLE}
"""
