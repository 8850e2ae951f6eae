"""The curator's flow: draft -> review -> publish. The published file is the truth."""
