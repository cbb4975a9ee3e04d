"""proxy: commands for operators."""
