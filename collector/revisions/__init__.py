"""What becomes of an article: when its page is visited again, and what tells its versions apart. Pure."""
