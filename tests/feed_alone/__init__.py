"""Tests of a flyer service that offers its feed alone, and what of the ordinary suite can't be right in front of one."""
