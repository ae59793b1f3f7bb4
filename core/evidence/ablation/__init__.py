"""What a model lives on: techniques trained anew, channels taken away, and what each is worth."""
