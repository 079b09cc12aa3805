package io.millrace.workers.http;

import io.millrace.schemas.config.MediaConfig;
import io.millrace.workers.AddressPolicy;
import io.millrace.workers.AddressPolicy.Destination;
import io.millrace.workers.Media;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fetches images and files that requests name by URL, for providers that want bytes. Only what
 * {@link AddressPolicy} allows, only images, audio and PDF, and only so large; redirects are
 * followed a few times and each is judged like the first URL.
 */
public final class MediaFetcher implements AutoCloseable {

  private static final int REDIRECTS_MAX = 3;
  private static final int PER_HOST_MAX = 16;

  private final Vertx vertx;
  private final MediaConfig config;
  private final AddressPolicy policy;
  private final PinnedConnections connections;

  public MediaFetcher(Vertx vertx, MediaConfig config, AddressResolver resolver) {
    this.vertx = vertx;
    this.config = config;
    this.policy = new AddressPolicy(config.allowPrivateNetworks());
    this.connections = new PinnedConnections(vertx, "media", policy, resolver, PER_HOST_MAX);
  }

  /** Why something cannot be fetched; the message may be shown to the client. */
  public static final class MediaException extends Exception {
    private static final long serialVersionUID = 1;

    MediaException(String message) {
      super(message);
    }
  }

  /** All of them by URL; fails with {@link MediaException} when one cannot be had. */
  public Future<Map<String, Media>> fetchAll(List<String> urls) {
    if (urls.size() > config.countMax()) {
      return Future.failedFuture(
          new MediaException("names more than " + config.countMax() + " URLs to fetch"));
    }
    var fetches = new ArrayList<Future<Media>>();
    urls.forEach(url -> fetches.add(fetch(url, REDIRECTS_MAX)));
    return Future.all(fetches)
        .map(
            all -> {
              var media = new LinkedHashMap<String, Media>();
              for (int i = 0; i < urls.size(); i++) {
                media.put(urls.get(i), fetches.get(i).result());
              }
              return media;
            });
  }

  @Override
  public void close() {
    connections.close();
  }

  private Future<Media> fetch(String url, int redirectsLeft) {
    return switch (policy.judge(url)) {
      case Destination.Forbidden forbidden ->
          Future.failedFuture(new MediaException("has a URL that is " + forbidden.why()));
      case Destination.Allowed to -> {
        Promise<Media> fetched = Promise.promise();
        new Fetch(url, redirectsLeft, fetched).start(to);
        yield fetched.future();
      }
    };
  }

  /** One GET. */
  private final class Fetch {
    private final String url;
    private final int redirectsLeft;
    private final Promise<Media> fetched;
    private final Buffer body = Buffer.buffer();
    private final long timer;
    private @Nullable HttpClientRequest request;

    Fetch(String url, int redirectsLeft, Promise<Media> fetched) {
      this.url = url;
      this.redirectsLeft = redirectsLeft;
      this.fetched = fetched;
      this.timer =
          vertx.setTimer(config.timeout().toMillis(), id -> fail("could not be fetched in time"));
    }

    void start(Destination.Allowed to) {
      connections
          .connect(HttpMethod.GET, to)
          .compose(
              connected -> {
                request = connected;
                return connected.putHeader("user-agent", "Millrace").send();
              })
          .onSuccess(this::onHead)
          .onFailure(e -> fail(whyOf(e)));
    }

    private void onHead(HttpClientResponse head) {
      int status = head.statusCode();
      var location = head.getHeader("location");
      if (status >= 300 && status < 400 && location != null && redirectsLeft > 0) {
        redirect(location);
        return;
      }
      var type = mediaType(head.getHeader("content-type"));
      if (status != 200) {
        fail("answered with status " + status);
      } else if (!isAllowed(type)) {
        fail("is of the type " + (type.isEmpty() ? "unknown" : type));
      } else {
        read(head, type);
      }
    }

    private void read(HttpClientResponse head, String type) {
      head.exceptionHandler(e -> fail("broke off"));
      head.handler(
          bytes -> {
            if (body.length() + bytes.length() > config.bytesMax()) {
              fail("is larger than " + config.bytesMax() + " bytes");
            } else {
              body.appendBuffer(bytes);
            }
          });
      head.endHandler(
          v -> {
            vertx.cancelTimer(timer);
            fetched.tryComplete(
                new Media(type, Base64.getEncoder().encodeToString(body.getBytes())));
          });
    }

    private void redirect(String location) {
      vertx.cancelTimer(timer);
      reset();
      try {
        fetch(URI.create(url).resolve(location).toString(), redirectsLeft - 1).onComplete(fetched);
      } catch (IllegalArgumentException e) {
        fail("redirects to what is no URL");
      }
    }

    private void fail(String why) {
      vertx.cancelTimer(timer);
      fetched.tryFail(new MediaException(why));
      reset();
    }

    private void reset() {
      if (request != null) {
        request.reset();
      }
    }
  }

  private static String whyOf(Throwable cause) {
    return switch (cause) {
      case PinnedConnections.ForbiddenAddressException e -> "has an address that is not public";
      case UnknownHostException e -> "has an unknown host";
      default -> "could not be reached";
    };
  }

  private static String mediaType(@Nullable String contentType) {
    if (contentType == null) {
      return "";
    }
    int semicolon = contentType.indexOf(';');
    return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  private static boolean isAllowed(String type) {
    return type.startsWith("image/") || type.startsWith("audio/") || type.equals("application/pdf");
  }
}
