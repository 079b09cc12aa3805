package io.millrace.ingress.batches;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.ingress.kafka.BatchView;
import io.millrace.ingress.kafka.FileResolver;
import io.millrace.ingress.kafka.RequestProducer;
import io.millrace.ingress.kafka.RequestView;
import io.millrace.ingress.kafka.ViewListeners;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.MillraceConfig;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the files of batches and feeds their lines to the log. One thread gives every open batch a
 * short turn after the other, so that a small one does not wait for a large one to be read. All it
 * knows is on the log: what was open before a crash it finds in the view and goes on with.
 */
public final class BatchClerk implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchClerk.class);

  /** Batches that are worked at together; each holds a file open. */
  private static final int ACTIVE_MAX = 256;

  /**
   * Files that are checked together, because the names of all their lines are kept meanwhile. One
   * larger than that is checked alone beside them.
   */
  private static final long CHECKED_BYTES_MAX = 64 << 20;

  private static final long REFRESH_NANOS = Duration.ofMillis(50).toNanos();
  private static final long LOOK_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long BLOCKED_NANOS = Duration.ofMillis(20).toNanos();
  private static final Duration STOP_MAX = Duration.ofSeconds(5);

  private final BatchTools tools;
  private final ViewListeners listeners;
  private final List<String> accounts;
  private final FeedRoom room = new FeedRoom();
  private final Deque<BatchWork> works = new ArrayDeque<>();
  private final AtomicBoolean hasNews = new AtomicBoolean(true);
  private final AtomicInteger open = new AtomicInteger();
  private final Runnable onNews = this::onNews;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("ingress-batches").unstarted(this::run);
  private long lookedAtNanos = System.nanoTime() - LOOK_NANOS;
  private long refreshedAtNanos = System.nanoTime() - REFRESH_NANOS;
  private volatile boolean isStopped;

  public BatchClerk(
      MillraceConfig config,
      BlobStore blobs,
      RequestProducer producer,
      RequestView view,
      ViewListeners listeners,
      MeterRegistry metrics,
      Clock clock) {
    this.tools =
        new BatchTools(
            config,
            blobs,
            producer,
            view.batches(),
            new FileResolver(view, config.media()),
            config.routesByModel().keySet(),
            clock);
    this.listeners = listeners;
    this.accounts = config.accounts().stream().map(AccountConfig::id).toList();
    metrics.gauge("millrace.ingress.batches.open", open);
  }

  public void start() {
    listeners.openBatches().register(ViewListeners.ALL, onNews);
    thread.start();
  }

  private void onNews() {
    hasNews.set(true);
    wake();
  }

  private void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!isStopped) {
      boolean hasMoved = false;
      try {
        look();
        refresh();
        hasMoved = round();
      } catch (IOException | RuntimeException e) {
        // The view moves or restores; it is asked again.
        LOG.atDebug().setCause(e).log("batches wait for the view");
        hasNews.set(true);
        LockSupport.parkNanos(this, REFRESH_NANOS);
      }
      if (!hasMoved && !isStopped) {
        LockSupport.parkNanos(this, works.isEmpty() ? IDLE_NANOS : BLOCKED_NANOS);
      }
    }
    works.forEach(BatchWork::letGo);
  }

  /** Finds what is open and not worked at. */
  private void look() throws IOException {
    boolean isDue = System.nanoTime() - lookedAtNanos >= LOOK_NANOS;
    if (!hasNews.getAndSet(false) && !isDue) {
      return;
    }
    lookedAtNanos = System.nanoTime();
    var known = works.stream().collect(Collectors.toMap(BatchWork::ref, Function.identity()));
    for (var ref : BatchTools.answer(tools.view().open(accounts, ACTIVE_MAX))) {
      if (works.size() < ACTIVE_MAX && !known.containsKey(ref)) {
        works.addLast(new BatchWork(tools, room, this::wake, ref));
        refreshedAtNanos = System.nanoTime() - REFRESH_NANOS;
      }
    }
    open.set(works.size());
  }

  /** Asks the view how the batches stand. */
  private void refresh() throws IOException {
    if (works.isEmpty() || System.nanoTime() - refreshedAtNanos < REFRESH_NANOS) {
      return;
    }
    refreshedAtNanos = System.nanoTime();
    var refs = works.stream().map(BatchWork::ref).toList();
    var states =
        BatchTools.answer(tools.view().states(refs)).stream()
            .collect(
                Collectors.toMap(
                    s -> new BatchView.Ref(s.batch().account(), s.batch().batchId()),
                    Function.identity()));
    for (var work : List.copyOf(works)) {
      var state = states.get(work.ref());
      if (state != null) {
        work.stands(state);
      }
      if (state == null || work.isOver()) {
        work.letGo();
        works.remove(work);
      }
    }
    open.set(works.size());
  }

  /** A turn for each; where the log's room ends, the next round begins. */
  private boolean round() {
    boolean hasMoved = false;
    for (int turns = works.size(); turns > 0; turns--) {
      var work = works.removeFirst();
      if (room.isFull() && !work.isChecking() && !work.isUnread()) {
        works.addFirst(work);
        return hasMoved;
      }
      works.addLast(work);
      if (!work.isUnread() || mayRead(work)) {
        hasMoved |= work.step();
      }
    }
    return hasMoved;
  }

  private boolean mayRead(BatchWork work) {
    var read = works.stream().filter(BatchWork::isChecking).toList();
    if (work.fileBytes() > CHECKED_BYTES_MAX) {
      return read.stream().noneMatch(other -> other.fileBytes() > CHECKED_BYTES_MAX);
    }
    long small =
        read.stream()
            .mapToLong(BatchWork::fileBytes)
            .filter(size -> size <= CHECKED_BYTES_MAX)
            .sum();
    return small + work.fileBytes() <= CHECKED_BYTES_MAX;
  }

  /** Stops between two lines; what was not told is done again. */
  @Override
  public void close() {
    isStopped = true;
    listeners.openBatches().deregister(ViewListeners.ALL, onNews);
    wake();
    try {
      thread.join(STOP_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
