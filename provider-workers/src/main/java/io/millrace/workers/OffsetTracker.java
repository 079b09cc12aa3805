package io.millrace.workers;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Which offset of one partition may be committed while its records end in any order: the one below
 * which all have ended. Owned by one thread.
 */
public final class OffsetTracker {

  private final TreeSet<Long> open = new TreeSet<>();
  private long nextUnread = -1;
  private long told = -1;

  public void read(long offset) {
    if (nextUnread < 0) {
      told = offset;
    }
    open.add(offset);
    nextUnread = offset + 1;
  }

  public void ended(long offset) {
    open.remove(offset);
  }

  /** The offset to commit; empty when nothing was read. */
  public OptionalLong position() {
    if (nextUnread < 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(open.isEmpty() ? nextUnread : open.first());
  }

  /** The offset to commit, when it is further than the last one told here. */
  public OptionalLong advance() {
    var next = position();
    if (next.isEmpty() || next.getAsLong() <= told) {
      return OptionalLong.empty();
    }
    told = next.getAsLong();
    return next;
  }
}
