package io.millrace.ingress.http;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.ingress.CallPrices;
import io.millrace.ingress.Keys;
import io.millrace.ingress.blobs.BlobThreads;
import io.millrace.ingress.kafka.CostView;
import io.millrace.ingress.kafka.DeltaHistory;
import io.millrace.ingress.kafka.FileResolver;
import io.millrace.ingress.kafka.RequestProducer;
import io.millrace.ingress.kafka.RequestView;
import io.millrace.ingress.kafka.ViewListeners;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.RouteConfig;
import java.time.Clock;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * What all event loops share; everything in it is safe for concurrent use.
 *
 * @param isOwnTopic whether a topic exists and is an account's own, by (account, topic)
 * @param blobThreads where calls of the blob store are made
 * @param prices what calls will cost
 */
public record Backend(
    MillraceConfig config,
    Map<String, RouteConfig> routes,
    Keys keys,
    Admission admission,
    RequestProducer producer,
    RequestView view,
    ViewListeners listeners,
    DeltaHistory history,
    CostView costs,
    BiPredicate<String, String> isOwnTopic,
    BlobStore blobs,
    BlobThreads blobThreads,
    CallPrices prices,
    Clock clock) {

  /** Finds what bodies name by the ids of files. */
  FileResolver files() {
    return new FileResolver(view, config.media());
  }
}
