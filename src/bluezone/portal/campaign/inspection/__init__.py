"""What an inspector looks at: figures that stand out, in words, with what they rest on."""
