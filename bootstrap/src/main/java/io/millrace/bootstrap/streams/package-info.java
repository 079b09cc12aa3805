/** How Kafka Streams runs in every service that uses it. */
@NullMarked
package io.millrace.bootstrap.streams;

import org.jspecify.annotations.NullMarked;
