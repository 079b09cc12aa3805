/**
 * A real Kafka broker for one machine: {@link io.millrace.broker.EmbeddedKafka} runs it in this JVM
 * (tests), {@link io.millrace.broker.BrokerMain} in a JVM of its own beside the services, so that a
 * broker fault or its class path never touches them. Knows nothing of Millrace's topics.
 *
 * <p>Threading: Kafka owns its threads; {@code start} and {@code close} are called by one owner.
 */
@NullMarked
package io.millrace.broker;

import org.jspecify.annotations.NullMarked;
